// Rows about imports, against a bare client that sends what an import cannot do without.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { bundled } from '../support/bundled.js';
import { tidy } from './tidy.js';
import { ceiling, ms, ratioOf, relay, run } from './measure.js';

const model = 'kimi-k2.6';
const latencyMs = 400;
const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
const { startSandboxAs } = await import(await bundled('src/sandbox/kinds.ts', folder));
const accountList = '/api/v1/admin/accounts';
let files = 0;

function keyFileOf(count) {
  const file = join(folder, `keys-${(files += 1)}.txt`);
  writeFileSync(
    file,
    Array.from({ length: count }, (_, index) => `sk-good-bench-${String(index).padStart(12, '0')}\n`).join(''),
  );
  return file;
}

/** Where it is measured: a fresh sandbox each time, or a real host, which is left as it was, with the sandbox's vendor. */
async function place(host, vendor = {}) {
  const sandbox = await startSandboxAs('sub2api', {}, { vendorLatencyMs: latencyMs, ...vendor });
  const url = host ?? sandbox.url;
  const adminKey = host === undefined ? sandbox.adminKey : process.env.RELAY_ADMIN_KEY;
  if (adminKey === undefined) throw new Error('RELAY_ADMIN_KEY holds no admin key of the host');
  const env = { RELAY_ADMIN_KEY: adminKey, RELAY_STATE_DIR: join(folder, `state-${(files += 1)}`) };
  const baseUrl = `${sandbox.vendorUrl}/v1`;
  const end = async () => {
    if (host !== undefined)
      await tidy(
        url,
        adminKey,
        (name) => name.startsWith('ceiling-') || name.startsWith('relay-kimi') || name.startsWith('kimi-cn'),
      );
    await sandbox.stop();
  };
  const command = (name, ...more) =>
    run([relay, name, '--pack', 'kimi', '--host', url, '--quiet', ...more], { env, quiet: true });
  return {
    sandbox,
    command,
    importKeys: (keys, ...more) => command('import', '--keys', keys, '--base-url', baseUrl, '--no-report', ...more),
    bare: (keys) => run([ceiling, url, baseUrl, keys, model], { env, quiet: true }),
    url,
    adminKey,
    end,
  };
}

/** Does something in a place of its own, and ends that. */
async function within(host, vendor, work) {
  const at = await place(host, vendor);
  try {
    return await work(at);
  } finally {
    await at.end();
  }
}

function againstCeiling(count, aim, ...options) {
  return async ({ pairs, host }) => {
    const keys = keyFileOf(count);
    const { ratio, one, other } = await ratioOf(
      pairs,
      () => within(host, {}, async (at) => (await at.importKeys(keys, ...options)).ms),
      () => within(host, {}, async (at) => (await at.bare(keys)).ms),
    );
    return [{ value: ratio, aim, told: `${ms(one)} against ${ms(other)}` }];
  };
}

/**
 * A vendor that takes so many a second of all keys together, and what that dictates: for the tests, and for what the host asks
 * the vendor on its own account, which it takes as well.
 */
async function throttled({ host }) {
  const [count, perSecond] = [1000, 20];
  const report = join(folder, 'throttled.json');
  const { took, taken } = await within(host, { vendorPerSecond: perSecond }, async (at) => {
    const baseUrl = `${at.sandbox.vendorUrl}/v1`;
    const done = await at.command('import', '--keys', keyFileOf(count), '--base-url', baseUrl, '--report', report);
    const answered = at.sandbox.vendorRequests.filter(({ method, status }) => method === 'POST' && status === 200);
    return { took: done.ms, taken: answered.length };
  });
  const { default: told } = await import(report, { with: { type: 'json' } });
  const { passed } = told.summary;
  const { refused } = told.run.pace;
  return [
    {
      value: took / ((taken / perSecond) * 1000),
      aim: 1.15,
      told: `${ms(took)} for ${taken} requests that the vendor took; ${refused} tests refused and tried again`,
    },
    { label: 'accounts that did not pass', value: count - passed, aim: 0 },
  ];
}

/** How often all accounts are listed in one import. */
async function lists() {
  return within(undefined, { vendorLatencyMs: 50 }, async (at) => {
    await at.importKeys(keyFileOf(200));
    const asked = at.sandbox.requests.filter(({ method, path }) => method === 'GET' && path === accountList);
    const whole = asked.filter(({ query }) => query.group === undefined).length;
    return [{ value: whole, aim: 3, told: `and ${asked.length - whole} of the group alone` }];
  });
}

/** A second import with nothing to do, to the same lists read by a bare client. */
async function again({ pairs }) {
  const keys = keyFileOf(5000);
  return within(undefined, { vendorLatencyMs: 0 }, async (at) => {
    await at.importKeys(keys, '--batch-size', '500', '--probe', 'none');
    const read = `for (let p = 1; p < 6; p += 1) await (await fetch('${at.url}${accountList}?sort_by=id&sort_order=asc&page_size=1000&page=' + p, { headers: { 'x-api-key': process.env.RELAY_ADMIN_KEY } })).json()`;
    const { ratio, one, other } = await ratioOf(
      pairs,
      async () => (await at.importKeys(keys, '--probe', 'none')).ms,
      async () =>
        (await run(['--input-type=module', '-e', read], { env: { RELAY_ADMIN_KEY: at.adminKey }, quiet: true })).ms,
    );
    return [{ value: ratio, aim: 1.2, told: `${ms(one)} against ${ms(other)}` }];
  });
}

/** Taking 200 accounts out of service because they fail, and taking a provider with 200 off the host. */
async function leave() {
  return within(undefined, { vendorLatencyMs: 0 }, async (at) => {
    await at.importKeys(keyFileOf(200));
    for (const account of at.sandbox.state.accounts.values())
      account.credentials.api_key = `sk-html-${account.id}-000000`;
    const from = at.sandbox.requests.length;
    const begin = performance.now();
    await at.command('probe', '--repair', 'disable', '--probe', 'none', '--output', 'json').catch(() => undefined);
    const probed = performance.now() - begin;
    const changes = at.sandbox.requests.slice(from).filter(({ path }) => path.endsWith('/bulk-update')).length;
    const removed = await at.command('remove', '--yes');
    return [
      { label: 'requests that disable 200 accounts', value: changes, aim: 1, told: `${ms(probed)} with their tests` },
      { label: 'seconds until 200 are removed', value: removed.ms / 1000 },
    ];
  });
}

/** An import whose state is in the database of RELAY_TEST_POSTGRES, to one whose state is a folder. */
async function state({ pairs, host }) {
  const { RELAY_TEST_POSTGRES: database } = process.env;
  if (database === undefined) throw new Error('RELAY_TEST_POSTGRES holds no address of a database');
  const keys = keyFileOf(200);
  const { ratio, one, other } = await ratioOf(
    pairs,
    () => within(host, {}, async (at) => (await at.importKeys(keys, '--state', database)).ms),
    () => within(host, {}, async (at) => (await at.importKeys(keys)).ms),
  );
  return [{ value: ratio, aim: 1.15, told: `${ms(one)} against ${ms(other)}` }];
}

/** Many keys at once: time, to a bare client, and memory. */
async function large({ host }) {
  const keys = keyFileOf(20_000);
  const bare = await within(host, { vendorLatencyMs: 0 }, (at) => at.bare(keys));
  const own = await within(host, { vendorLatencyMs: 0 }, (at) => at.importKeys(keys));
  return [
    { value: own.ms / bare.ms, aim: 2, told: `${ms(own.ms)} against ${ms(bare.ms)}` },
    { label: 'peak memory in MB', value: own.peakMb, aim: 250 },
  ];
}

export const measureImports = {
  'import-200': { what: '200 keys, as it comes, to the ceiling', host: true, measure: againstCeiling(200, 1.6) },
  'fixed-200': {
    what: '200 keys, --concurrency 128, to the ceiling',
    host: true,
    measure: againstCeiling(200, 1.15, '--concurrency', '128'),
  },
  'fixed-1000': {
    what: '1,000 keys, --concurrency 128, to the ceiling',
    host: true,
    measure: againstCeiling(1000, 1.15, '--concurrency', '128'),
  },
  throttle: { what: '1,000 keys, 20 a second, to what that dictates', host: true, measure: throttled },
  lists: { what: 'whole lists of accounts in one import', measure: lists },
  again: { what: 'second import of 5,000, to the bare reading', measure: again },
  leave: { what: 'leaving', measure: leave },
  state: { what: '200 keys, state in a database, to one in a folder', asked: true, host: true, measure: state },
  // Takes minutes, so it is only measured where it is named.
  large: { what: '20,000 keys, to the ceiling', asked: true, measure: large },
};
