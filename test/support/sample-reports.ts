import type { UnitReport } from '../../src/report/outputs/imports-schema.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { startSandbox } from './start-sandbox.ts';
import { secretsOf } from './canaries.ts';
import { importInto, type Keys, type RunOptions } from './import-run.ts';

export interface Sample {
  report: Report;
  /** What the host and the key file of that run kept secret. */
  secrets: string[];
}

const good = (index: number) => `sk-good-${String(index).padStart(20, '0')}`;

/** Keys of every kind that there is, with a comment, a line that cannot be a key, and a key that stands there twice. */
const mixedKeys = [
  good(1),
  '# spare ones',
  'sk-dead-dddddddddddddddddddd4',
  'sk-throttled-tttttttttttttttt5',
  'sk-exhausted-eeeeeeeeeeeeeeee6',
  'sk-echo-cccccccccccccccccccc7',
  'no key at all',
  good(1),
  'sk-flaky-ffffffffffffffffffff9',
  good(10),
].join('\n');

export type Samples = Record<'mixed' | 'undone' | 'fine', Sample>;

let kept: Promise<Samples> | undefined;

/** Reports of real runs against the sandbox, made once. Nobody changes them. */
export function sampleReports(): Promise<Samples> {
  kept ??= makeSamples();
  return kept;
}

async function makeSamples(): Promise<Samples> {
  return {
    mixed: await sampleOf(mixedKeys, {
      mode: 'partial',
      targets: [{ asked: 'user@relay.test=30', user: { email: 'user@relay.test' }, days: 30 }],
    }),
    undone: await sampleOf([good(1), 'sk-dead-dddddddddddddddddddd4', good(2)]),
    fine: await sampleOf([good(1), good(2)]),
  };
}

async function sampleOf(keys: Keys, options: RunOptions = {}): Promise<Sample> {
  const sandbox = await startSandbox();
  try {
    const { report } = await importInto(sandbox, keys, options);
    const stages = ['connect', 'plan', 'apply', 'verify'].map((name, index) => ({
      name,
      startedAt: new Date(Date.parse(report.run.startedAt) + index * 20).toISOString(),
      durationMs: 20,
    }));
    return { report: { ...report, run: { ...report.run, stages } }, secrets: secretsOf(sandbox) };
  } finally {
    await sandbox.stop();
  }
}

/** The report of a run with so many keys, the given one's accounts over and over. */
export function enlarged(report: Report, count: number): Report {
  const [first] = report.accounts;
  if (first === undefined) throw new Error('no account to repeat');
  const accounts = Array.from({ length: count }, (_, index) => {
    const account = report.accounts[index % report.accounts.length] ?? first;
    const fingerprint = `sha256:${index.toString(16).padStart(12, '0')}`;
    const name = `kimi-cn-${String(index + 1).padStart(2, '0')}`;
    const startedAt = new Date(Date.parse(report.run.startedAt) + Math.floor(index / 8) * 40).toISOString();
    return {
      ...account,
      id: String(index + 1),
      line: index + 1,
      name,
      fingerprint,
      probe: account.probe && { ...account.probe, startedAt, ms: 40 },
    };
  });
  const keys = accounts.map(({ line, name, fingerprint, validation }): Report['keys'][number] => ({
    line,
    fingerprint,
    last4: fingerprint.slice(-4),
    outcome: validation === 'failed' ? 'failed' : 'added',
    duplicateOf: null,
    account: name,
  }));
  const errors = accounts
    .filter(({ validation }) => validation === 'failed')
    .map(({ code, name, probe }) => ({
      code: code ?? '',
      stage: 'verify',
      message: `${name}: ${probe?.message ?? ''}`,
      hint: 'Replace the key.',
    }));
  const failed = errors.length;
  const summary = { ...report.summary, lines: count, accepted: count, added: count - failed, failed };
  return { ...report, accounts, keys, errors, summary };
}

/** The same report as that of one import among several. */
export function asUnit(report: Report, unit: Partial<UnitReport['unit']>): UnitReport {
  return { ...report, unit: { host: 'gw-1', provider: report.provider.id, access: report.accessMode, ...unit } };
}

/** So many imports, two on each host, of which every tenth went wrong in part. */
export function fleetOf({ mixed, fine }: Samples, count: number): UnitReport[] {
  return Array.from({ length: count }, (_, index) =>
    asUnit(index % 10 === 0 ? mixed.report : fine.report, {
      host: `gw-${Math.floor(index / 2)}.example.com`,
      access: index % 2 === 0 ? 'subscription' : 'self_service',
    }),
  );
}

/** Hosts that no configuration would name so. A report may come from anywhere. */
export const hostileHosts = [
  '<script>alert(1)</script>',
  `"'><img src=x onerror=alert(1)>`,
  ']]></failure>',
  'хост.例え.test',
  'a|b`c',
  '@team #1 [x](http://evil.example)',
  'gw\r\n::error title=x::y',
  '\u0000\u001B[31m\uD800',
  '',
  ' ',
] as const;

/** Words of the schema, which a report could not hold anything else for. */
const fixed = new Set(['schema', 'platform', 'mode', 'accessMode', 'batchStatus', 'providerStatus', 'accessStatus']);
const fixedToo = new Set(['outcome', 'action', 'validation', 'probeKey', 'startedAt', 'finishedAt', 'expiresAt']);

/** The same report with a text added to every string that is free to be anything. Fingerprints stay what joins them. */
export function withEverywhere(report: Report, text: string): Report {
  const value = JSON.parse(JSON.stringify(report), (name, each: unknown) =>
    typeof each === 'string' && !fixed.has(name) && !fixedToo.has(name) && name !== 'fingerprint' ? each + text : each,
  ) as Report;
  return { ...value, keys: value.keys.map((key, index) => ({ ...key, last4: report.keys[index]?.last4 ?? '' })) };
}
