// Rows about fleets, by simulation: one relay for many hosts, and many relays that share a database, some of them killed. What
// a fleet has to do is in the tests; what it takes at this size, and whether it holds there, is here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { providers, withDatabase, withFleet } from './fleet-place.js';
import { wrongIn } from './fleet-proof.js';
import { ms, ratioOf, run } from './measure.js';

const latencyMs = 50;
const large = { hosts: 200, keysEach: 10, latencyMs };
const unitsOf = ({ hosts }) => hosts * Object.keys(providers).length;

/** One relay for all hosts: what it took, what the hosts were asked, and how many it worked on at once at most. */
async function whole(size) {
  return withFleet(size, async ({ folder, words, env, ask }) => {
    const report = join(folder, 'report.json');
    const taken = await run([...words, '--report', report], { env, quiet: true });
    const requests = await ask('requests');
    return {
      ...taken,
      requests: requests.flat().length,
      atOnce: mostAtOnce(JSON.parse(readFileSync(report, 'utf8')).imports),
    };
  });
}

/** On how many hosts an import was under way at once, at most: those of one host come one after the other. */
function mostAtOnce(imports) {
  const moments = imports.flatMap(({ run: { startedAt, finishedAt } }) => [
    { at: Date.parse(startedAt), by: 1 },
    { at: Date.parse(finishedAt), by: -1 },
  ]);
  let now = 0;
  return Math.max(...moments.toSorted((a, b) => a.at - b.at || a.by - b.by).map(({ by }) => (now += by)));
}

/** 200 hosts with two providers of 10 keys each, to one host with two of 2,000. */
async function fleet({ pairs }) {
  const taken = { many: [], one: [] };
  const measured = (of, size) => async () => {
    taken[of].push(await whole(size));
    return taken[of].at(-1).ms;
  };
  const { ratio, one, other } = await ratioOf(
    pairs,
    measured('many', large),
    measured('one', { ...large, hosts: 1, keysEach: large.hosts * large.keysEach }),
  );
  const most = (of, what) => Math.max(...taken[of].map((each) => each[what]));
  return [
    { value: ratio, told: `${ms(one)} against ${ms(other)}` },
    {
      label: 'requests to the hosts for a unit',
      value: most('many', 'requests') / unitsOf(large),
      told: `${most('many', 'requests')} against ${most('one', 'requests')}`,
    },
    {
      label: 'peak memory in MB',
      value: most('many', 'peakMb'),
      aim: 250,
      told: `against ${most('one', 'peakMb').toFixed(0)}`,
    },
    { label: 'hosts at once, at most', value: most('many', 'atOnce') },
  ];
}

/** Runs relay, and kills it after so many milliseconds, unless it has ended by then. */
async function runKilled(args, env, afterMs) {
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const ended = once(child, 'close');
  await Promise.race([ended, sleep(afterMs)]);
  child.kill('SIGKILL');
  await ended;
}

/**
 * All shards of a fleet at once. `planned`: after how many milliseconds which shard is killed, to be given the same command
 * again. How long it took, the most memory that one held, and which ended otherwise than with 0.
 */
async function runShards({ folder, words, env }, state, count, planned = []) {
  const begin = performance.now();
  const failed = [];
  const taken = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const shard = index + 1;
      const args = [...words, '--state', state, '--shard', `${shard}/${count}`];
      args.push('--report', join(folder, `shard-${shard}.json`));
      for (const { afterMs } of planned.filter((kill) => kill.shard === shard)) await runKilled(args, env, afterMs);
      return run(args, { env, quiet: true }).catch(({ message }) => {
        failed.push(`shard ${shard}: ${message}`);
        return { peakMb: 0 };
      });
    }),
  );
  return { ms: performance.now() - begin, peakMb: Math.max(...taken.map(({ peakMb }) => peakMb)), failed };
}

/** The same with kills, on new hosts: what is wrong when all have ended. */
async function killed(size, count, planned) {
  const { result } = await withFleet(size, (at) =>
    withDatabase(async (state) => {
      const { failed } = await runShards(at, state, count, planned);
      return [...failed, ...(await wrongIn(at, state, count))];
    }),
  );
  return result;
}

/** So many kills, each of another shard, at random moments of the time that the shards take. */
function randomKills(count, of, withinMs) {
  const numbers = Array.from({ length: of }, (_, index) => ({ shard: index + 1, by: Math.random() }));
  return numbers
    .toSorted((a, b) => a.by - b.by)
    .slice(0, count)
    .map(({ shard }) => ({ shard, afterMs: Math.round(withinMs * (0.1 + 0.8 * Math.random())) }));
}

const killsText = (planned) => planned.map(({ shard, afterMs }) => `${shard} after ${ms(afterMs)}`).join(', ');

/** 200 hosts in eight shards with their state in a database, to one process; and the same with two of the eight killed. */
async function sharded({ pairs }) {
  const count = 8;
  const all = [];
  const taken = (processes) => () =>
    withFleet(large, async (at) => {
      const { result, database } = await withDatabase((state) => runShards(at, state, processes));
      if (result.failed.length > 0) throw new Error(result.failed.join('\n'));
      if (processes === count) all.push({ ...result, ...database });
      return result.ms;
    });
  const { ratio, one, other } = await ratioOf(pairs, taken(count), taken(1));
  const planned = randomKills(2, count, one);
  const wrong = await killed(large, count, planned);
  const most = (what) => Math.max(...all.map((each) => each[what]));
  return [
    { label: `${count} processes, to one`, value: ratio, told: `${ms(one)} against ${ms(other)}` },
    { label: 'peak memory of one of them in MB', value: most('peakMb'), aim: 250 },
    { label: 'transactions for a unit', value: most('transactions') / unitsOf(large) },
    { label: 'ms of the database for a unit', value: most('databaseMs') / unitsOf(large) },
    { label: 'connections, at most', value: most('connections'), aim: 4 * count },
    {
      label: 'wrong after two were killed',
      value: wrong.length,
      aim: 0,
      told: [killsText(planned), ...wrong.slice(0, 5)].join('; '),
    },
  ];
}

/** A small fleet again and again, with two of four shards killed each time. */
async function kills() {
  const [rounds, count, withinMs] = [10, 4, 4000];
  const ended = [];
  for (let round = 0; round < rounds; round += 1) {
    const planned = randomKills(2, count, withinMs);
    const wrong = await killed({ hosts: 16, keysEach: 5, latencyMs }, count, planned);
    if (wrong.length > 0) ended.push(`${killsText(planned)}: ${wrong.slice(0, 5).join('; ')}`);
  }
  return [{ value: ended.length, aim: 0, told: ended.join(' | ') }];
}

// All take minutes, so they are only measured where they are named.
export const measureFleets = {
  fleet: { what: '200 hosts of 20 keys, to one of 4,000', asked: true, measure: fleet },
  shards: { what: '200 hosts in shards', asked: true, measure: sharded },
  kills: { what: 'rounds of ten with two shards killed that end wrong', asked: true, measure: kills },
};
