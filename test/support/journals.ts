import { beginLine } from '../../src/flows/import/begin-journal.ts';
import type { ImportJob } from '../../src/flows/import/import-job.ts';
import type { Begin } from '../../src/journal/entries.ts';
import { aRecord } from './builders.ts';

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
