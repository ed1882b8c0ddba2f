import { jsonEvents } from './event-lines.ts';
import { jsonObject, parseJson } from './json-object.ts';
import type { JsonObject } from './json-object.ts';

function count(usage: JsonObject, ...names: string[]): number {
  const value = names.map((name) => usage[name]).find((item) => typeof item === 'number');
  return typeof value === 'number' ? value : 0;
}

function textsOf(event: JsonObject): string {
  const first = (value: unknown) => jsonObject(Array.isArray(value) ? value[0] : undefined);
  const choice = first(event['choices']);
  const parts = jsonObject(first(event['candidates'])['content'])['parts'];
  const candidates: unknown[] = [
    event['type'] === 'response.output_text.delta' ? event['delta'] : undefined,
    jsonObject(choice['message'])['content'],
    jsonObject(choice['delta'])['content'],
    event['type'] === 'content_block_delta' ? jsonObject(event['delta'])['text'] : undefined,
    event['type'] === 'message' ? first(event['content'])['text'] : undefined,
    first(parts)['text'],
  ];
  const found = candidates.find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : '';
}

/** A vendor's answer of any protocol, whole or as a stream: its parts, its words, and what it cost in tokens. */
export function readAnswer(body: string): {
  events: JsonObject[];
  text: string;
  tokens: { input: number; output: number };
} {
  const whole = parseJson(body);
  const events = (whole === undefined ? jsonEvents(body) : [whole]).map(jsonObject);
  const tokens = { input: 0, output: 0 };
  for (const event of events) {
    const nested = jsonObject(event['response'] ?? event['message']);
    const usage = jsonObject(event['usage'] ?? nested['usage'] ?? event['usageMetadata']);
    tokens.input = Math.max(tokens.input, count(usage, 'prompt_tokens', 'input_tokens', 'promptTokenCount'));
    tokens.output = Math.max(tokens.output, count(usage, 'completion_tokens', 'output_tokens', 'candidatesTokenCount'));
  }
  return { events, text: events.map(textsOf).join(''), tokens };
}
