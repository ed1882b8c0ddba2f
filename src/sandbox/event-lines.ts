import { parseJson } from './json-object.ts';

/** The `data:` payloads of an event stream's text. */
export function eventData(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
}

/** The JSON payloads of an event stream's text; what is no JSON is left out. */
export function jsonEvents(text: string): unknown[] {
  return eventData(text).flatMap((data) => parseJson(data) ?? []);
}
