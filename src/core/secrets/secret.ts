import { inspect } from 'node:util';

/**
 * A sealed string. It shows as `[sealed]` wherever it is printed, logged or serialised; `open()` is called only where
 * a request or a digest is built from it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. Never store, print or throw what this returns. */
  open(): string {
    return this.#value;
  }

  toString(): string {
    return '[sealed]';
  }

  toJSON(): string {
    return '[sealed]';
  }

  [inspect.custom](): string {
    return '[sealed]';
  }
}
