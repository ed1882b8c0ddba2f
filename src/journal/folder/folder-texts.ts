import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RelayError } from '../../core/relay-error.ts';
import { reasonOf } from '../reason-of.ts';
import type { TextStore } from '../state-store.ts';

/** Small texts as files of one folder, each written whole or not at all. */
export class FolderTexts implements TextStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async has(name: string): Promise<boolean> {
    return access(this.#placeOf(name)).then(
      () => true,
      () => false,
    );
  }

  async read(name: string): Promise<string | undefined> {
    return readFile(this.#placeOf(name), 'utf8').catch(() => undefined);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#placeOf(name), { force: true });
  }

  async keep(name: string, text: string): Promise<void> {
    const file = this.#placeOf(name);
    try {
      const { default: writeFileAtomic } = await import('write-file-atomic');
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, `${text}\n`, { mode: 0o600 });
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `${file} cannot be written (${reasonOf(cause)}).`, { cause });
    }
  }

  #placeOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}
