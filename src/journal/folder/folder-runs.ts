import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, write } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RelayError } from '../../core/relay-error.ts';
import { parseJournalLine } from '../journal-line.ts';
import { reasonOf } from '../reason-of.ts';
import type { KeptRun, RunLines, RunStore } from '../state-store.ts';
import type { FolderTexts } from './folder-texts.ts';

const writeTo = promisify(write);
const sync = promisify(fdatasync);

/** Runs as files of one folder, each a line of JSON after the other. */
export class FolderRuns implements RunStore {
  readonly #folder: string;
  readonly #reports: FolderTexts;

  /** `reports`: of these runs; one goes with its run. */
  constructor(folder: string, reports: FolderTexts) {
    this.#folder = folder;
    this.#reports = reports;
  }

  get place(): string {
    return this.#folder;
  }

  placeOf(run: string): string {
    return join(this.#folder, `${run}.jsonl`);
  }

  async ids(): Promise<string[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const ids = files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -'.jsonl'.length));
    return ids.toSorted().toReversed();
  }

  async read(run: string): Promise<RunLines> {
    const lines = (await readFile(this.placeOf(run), 'utf8')).split('\n');
    // What follows the last line break is torn, also where it looks whole: going on with the journal takes it away.
    return { begin: lines[0] ?? '', notes: lines.slice(1, -1) };
  }

  async begin(run: string, line: string): Promise<KeptRun> {
    return this.#writing(run, async (path) => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const kept = new FileRun(openSync(path, 'ax', 0o600));
      await kept.append([line]);
      return kept;
    });
  }

  async reopen(run: string): Promise<KeptRun> {
    return this.#writing(run, async (path) => {
      const whole = wholeLength(readFileSync(path));
      const descriptor = openSync(path, 'a');
      ftruncateSync(descriptor, whole);
      return new FileRun(descriptor);
    });
  }

  async remove(run: string): Promise<void> {
    const file = this.placeOf(run);
    try {
      await this.#reports.remove(run);
      await rm(file, { force: true });
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The record ${file} cannot be removed (${reasonOf(cause)}).`, { cause });
    }
  }

  async #writing(run: string, work: (path: string) => Promise<KeptRun>): Promise<KeptRun> {
    const path = this.placeOf(run);
    try {
      return await work(path);
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The journal ${path} cannot be written (${reasonOf(cause)}).`, {
        cause,
      });
    }
  }
}

class FileRun implements KeptRun {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const { bytesWritten } = await writeTo(this.#descriptor, bytes);
    if (bytesWritten !== bytes.length) throw new Error('only a part was written');
    await sync(this.#descriptor);
  }

  async close(): Promise<void> {
    closeSync(this.#descriptor);
  }
}

/** How many bytes of a journal are whole lines. */
function wholeLength(bytes: Buffer): number {
  const end = bytes.lastIndexOf('\n') + 1;
  const start = bytes.lastIndexOf('\n', end - 2) + 1;
  const last = bytes.toString('utf8', start, Math.max(start, end - 1));
  return last === '' || parseJournalLine(last) !== undefined ? end : start;
}
