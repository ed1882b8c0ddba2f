import { expect } from 'vitest';
import { RelayError } from '../../src/core/relay-error.ts';

/** The error with which something is refused, which has to be one of relay's. */
export async function refusal(doing: Promise<unknown>): Promise<RelayError> {
  const error: unknown = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelayError);
  return error as RelayError;
}
