// What is wrong on the hosts of a fleet, in its journals and in its report after all shards have ended: whatever was killed,
// nothing may be doubled, lost or left over.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keysOf, providers } from './fleet-place.js';
import { relay } from './measure.js';

const node = (args) => promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
const units = Object.entries(providers);

/** In words; nothing where all is as it should be. */
export async function wrongIn({ hosts, keysEach, folder, ask }, state, shards) {
  const held = await ask('held');
  const { runs } = JSON.parse((await node([relay, 'runs', 'list', '--state', state, '--output', 'json'])).stdout);
  return [
    ...hosts.flatMap(({ name, url }, index) =>
      [...wrongOn(name, held[index], keysEach), ...wrongRuns(runs.filter(({ host }) => host === url))].map(
        (what) => `${name}: ${what}`,
      ),
    ),
    ...(await wrongReport(folder, hosts, shards)),
  ];
}

/** On one host: every key has one account, which serves in the place of its provider, and there is nothing else. */
function wrongOn(host, held, keysEach) {
  const accounts = units.flatMap(([pack, provider]) =>
    keysOf(host, pack, keysEach).map((key) => `${key} in relay-${provider}-subscription`),
  );
  const places = units.map(([, provider]) => `relay-${provider}-subscription`);
  const { accounts: found, groups, channels, plans, users, subscriptions, apiKeys } = held;
  const idle = found.filter(({ serves }) => !serves).map(({ name }) => `account ${name} does not serve`);
  return [
    ...differences(
      'account of',
      accounts,
      found.map((each) => `${each.key} in ${each.groups.join(' and ')}`),
    ),
    ...idle,
    ...differences(
      'account called',
      [...new Set(found.map(({ name }) => name))],
      found.map(({ name }) => name),
    ),
    ...differences('group', places, groups),
    ...differences('channel', places, channels),
    ...differences('tariff', places, plans),
    ...differences('user', [], users),
    ...differences('subscription', [], subscriptions),
    ...differences('key of a user', [], apiKeys),
  ];
}

/** What there is too few or too many of, as names. */
function differences(what, wanted, found) {
  return [...new Set([...wanted, ...found])].flatMap((name) => {
    const [should, is] = [wanted, found].map((list) => list.filter((each) => each === name).length);
    return should === is ? [] : [`${is} instead of ${should}: ${what} ${name}`];
  });
}

/** In the journals of one host: the last run of each provider has succeeded, and those before are told to be done with. */
function wrongRuns(runs) {
  return units.flatMap(([, provider]) => {
    const [last, ...before] = runs.filter((each) => each.provider === provider);
    if (last === undefined) return [`no run of ${provider}`];
    const open = before.filter(({ state }) => !['succeeded', 'superseded'].includes(state));
    return [...(last.state === 'succeeded' ? [] : [last]), ...open].map(({ id, state }) => `the run ${id} is ${state}`);
  });
}

/** In the report that the shards' are merged to: all is there, and all has succeeded. */
async function wrongReport(folder, hosts, shards) {
  const merged = join(folder, 'merged.json');
  const files = Array.from({ length: shards }, (_, index) => join(folder, `shard-${index + 1}.json`));
  try {
    await node([relay, 'report', 'merge', ...files, '--report', merged, '--quiet']);
  } catch (error) {
    return [`the reports cannot be merged: ${error.stderr}`];
  }
  const { imports, fleet } = JSON.parse(readFileSync(merged, 'utf8'));
  const missing = fleet.missing.map(({ index }) => `shard ${index} is not in the report`);
  const wanted = hosts.flatMap(({ name }) => units.map(([, provider]) => `${provider} on ${name}: 0`));
  const found = imports.map(({ unit, exitCode }) => `${unit.provider} on ${unit.host}: ${exitCode}`);
  return [...missing, ...differences('report of', wanted, found)];
}
