import { beginLine } from '../../src/flows/import/begin-journal.ts';
import type { ImportJob } from '../../src/flows/import/import-job.ts';
import type { Begin } from '../../src/journal/entries.ts';
import type { LockOwner } from '../../src/journal/lock/lock-owner.ts';
import type { JournalTools } from '../../src/journal/run-recorder.ts';
import { aRecord } from './builders.ts';
import { quickClock } from './clocks.ts';

/** The first line of the journal of an import of two keys. */
export function aBegin(more: Partial<Begin> = {}): Begin {
  const { provider, keyFile, pack } = aRecord('test-key-one-0123456789\ntest-key-two-0123456789\n');
  const job = {
    run: 'run-2',
    relayVersion: '0.0.0',
    pack: { ...pack, file: 'pack.yaml', origin: 'path' },
    provider,
    keyFile,
    keysFrom: null,
    mode: 'strict',
    access: 'subscription',
    targets: [],
    extend: false,
    adopt: false,
    failed: 'disable',
    modelsFrom: 'pack',
    probe: 'auto',
    concurrency: 8,
    batchSize: 50,
    gatewayWaitMs: 60_000,
  } as unknown as ImportJob;
  const host = { info: { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' } } as Parameters<
    typeof beginLine
  >[1];
  return { ...beginLine(job, host, 0), machine: 'here', ...more };
}

/** What a journal is kept with that hides nothing. */
export const journalTools = (): JournalTools => ({ clock: quickClock(), writable: (_kind, state) => state });

/** A run on another machine that holds a lock. */
export function aLockOwner(token: string, more: Partial<LockOwner> = {}): LockOwner {
  return {
    token: token.padStart(32, '0'),
    pid: 7,
    machine: 'runner-1',
    boot: 'b',
    namespace: 'n',
    startedAt: '1',
    run: `run-${token}`,
    since: '2026-11-29T12:00:00.000Z',
    timeoutMs: 30_000,
    ...more,
  };
}
