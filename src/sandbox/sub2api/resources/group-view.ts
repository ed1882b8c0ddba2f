import type { JsonObject } from '../../json-object.ts';
import type { Group } from '../rows.ts';

/** A group as it appears inside other objects. */
export function groupView({ sort_order: _order, ...shown }: Group): JsonObject {
  return shown;
}
