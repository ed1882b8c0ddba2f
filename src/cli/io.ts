import type { Readable, Writable } from 'node:stream';
import { Chalk, supportsColor, supportsColorStderr } from 'chalk';
import type { HostKind } from '../host/catalog.ts';
import type { Style } from '../core/style.ts';

/** The process as commands see it. Nothing below `cli/` gets it. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Record<string, string | undefined>;
  cwd: string;
  /** The number of the user who runs this, where the system has such. */
  uid: number | undefined;
  version: string;
  /** The kinds of hosts that commands work with; those of the catalog by default. */
  hostKinds?: readonly HostKind[];
}

/** Colours for one stream; each decides for itself, since one may be piped. `colour: false` is `--no-color`. */
export function styleFor(io: Io, stream: 'stdout' | 'stderr', colour: boolean): Style {
  const support: unknown = stream === 'stdout' ? supportsColor : supportsColorStderr;
  const level =
    typeof support === 'object' && support !== null && 'level' in support ? (support.level as 0 | 1 | 2 | 3) : 0;
  const desired = colour && !io.env['NO_COLOR'];
  const chalk = new Chalk({ level: desired ? level : 0 });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, bad: chalk.red, unsure: chalk.yellow };
}

/** Whether a CI system runs this. It may bring a terminal; nobody sits there. */
export function isCi({ env }: Pick<Io, 'env'>): boolean {
  return !['', '0', 'false'].includes(env['CI']?.toLowerCase() ?? '');
}

export function print(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}
