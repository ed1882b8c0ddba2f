import { z } from 'zod';

type Json = Record<string, unknown>;

/**
 * A JSON Schema that lets nothing pass which it does not name, and misses nothing which it does: what is really printed
 * has just these fields.
 */
export function closedSchema(schema: unknown): z.ZodType {
  return z.fromJSONSchema(closed(schema) as Parameters<typeof z.fromJSONSchema>[0]);
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema as Json).map(([name, value]) => [name, closed(value)]));
  return copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}
