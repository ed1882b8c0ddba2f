import { once } from 'node:events';
import { isCi, type Io } from '../io.ts';

/** Whether somebody is there to be asked, and may be. */
export function canAsk(io: Io, flags: { input: boolean }): boolean {
  return flags.input && !isCi(io) && io.stdin.isTTY === true && io.stderr.isTTY === true;
}

/** Asks on standard error. Nothing when there is no answer: Ctrl-C and the signal reject, Ctrl-D closes. */
export async function answerTo(
  question: string,
  { stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Few starts ask anything.
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const closed = once(prompt, 'close').then(() => undefined);
    const asked = prompt.question(question, { signal }).catch(() => undefined);
    return await Promise.race([asked, closed]);
  } finally {
    prompt.close();
  }
}
