import { RelayError } from '../core/relay-error.ts';

/** Why a state could not be read or written, in a word of the system where there is one. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof RelayError) return cause.message.replace(/\.$/, '');
  return (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.message : 'unknown');
}
