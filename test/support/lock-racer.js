/* One of several processes that want the same lock, in the folder of the first argument, when they are told to. */
import { systemProcesses } from '../../src/cli/session/processes.ts';
import { FolderLocks } from '../../src/journal/folder/folder-locks.ts';
import { lockFiles } from '../../src/journal/folder/lock-files.ts';
import { takeLocks } from '../../src/journal/lock/lock.ts';
import { systemClock } from '../../src/core/clock.ts';

const [, , folder] = process.argv;
let locks = { release: async () => undefined };

const does = {
  /** All begin at the same time; who sleeps until then wakes too unevenly. */
  take: async ({ at }) => {
    while (Date.now() < at);
    locks = await takeLocks({
      store: new FolderLocks(folder, lockFiles),
      keys: [{ name: 'raced', refuses: true }],
      hostUrl: 'https://host.example',
      provider: 'acme',
      run: `run-of-${process.pid}`,
      timeoutMs: 30_000,
      waitMs: 0,
      clock: systemClock,
      processes: systemProcesses(),
      stop: new AbortController().signal,
      notice: () => undefined,
      lost: () => undefined,
    });
  },
  release: () => locks.release(),
};

process.on('message', (message) => {
  does[message.does](message).then(
    () => process.send({ done: true }),
    (error) => process.send({ done: false, code: error.code ?? error.message }),
  );
});
process.send({ done: true });
