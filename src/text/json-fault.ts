import type { Finding } from './finding.ts';

/**
 * Where a text that claims to be JSON is none. The reader of data takes more than JSON, and other programs that read
 * the file do not.
 */
export async function jsonFault(file: string, text: string): Promise<Finding | undefined> {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const place = await placeOf(text);
    return { file, ...place, code: 'SYNTAX', severity: 'error', message: 'this is no JSON' };
  }
}

/** Only a text with a fault pays for the parser that tells places. */
async function placeOf(text: string): Promise<{ line: number; column: number }> {
  const { parse } = await import('@humanwhocodes/momoa');
  try {
    parse(text);
  } catch (error) {
    const { line, column } = error as { line?: number; column?: number };
    if (line !== undefined && column !== undefined) return { line, column };
  }
  return { line: 1, column: 1 };
}
