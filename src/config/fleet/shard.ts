import { createHash } from 'node:crypto';
import { RelayError } from '../../core/relay-error.ts';
import type { Environment } from '../host-settings.ts';

/** A part of a fleet: the one with this number, counted from 1, of so many. */
export interface Shard {
  index: number;
  of: number;
}

/** What is not divided. */
export const wholeFleet: Shard = { index: 1, of: 1 };

/** More are no help: a host is in one shard only. */
const mostShards = 10_000;

/**
 * The shard that `--shard` names: `3/10`, or with `auto` what the environment says. Kubernetes counts the pods of an indexed Job
 * from 0 and tells them no total, which `RELAY_SHARDS` does; GitLab and others count from 1. Throws `USAGE`.
 */
export function readShard(text: string | undefined, env: Environment): Shard {
  if (text === undefined) return wholeFleet;
  if (text === 'auto') return shardOfEngine(env);
  const [, index = '', of = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  return checked(Number(index), Number(of), `--shard "${shown(text)}"`, 'Write --shard 3/10, or --shard auto.');
}

function shardOfEngine(env: Environment): Shard {
  const { JOB_COMPLETION_INDEX: pod, RELAY_SHARDS: pods, CI_NODE_INDEX: node, CI_NODE_TOTAL: nodes } = env;
  if (pod) {
    const hint = 'Set RELAY_SHARDS to the completions of the Job.';
    return checked(numberIn(pod) + 1, numberIn(pods), `JOB_COMPLETION_INDEX "${shown(pod)}" of RELAY_SHARDS`, hint);
  }
  if (node)
    return checked(
      numberIn(node),
      numberIn(nodes),
      `CI_NODE_INDEX "${shown(node)}" of CI_NODE_TOTAL`,
      'Write --shard 3/10.',
    );
  throw new RelayError('USAGE', '--shard auto finds no shard in the environment.', {
    hint: 'It reads JOB_COMPLETION_INDEX with RELAY_SHARDS, or CI_NODE_INDEX with CI_NODE_TOTAL; elsewhere write --shard 3/10.',
  });
}

function checked(index: number, of: number, what: string, hint: string): Shard {
  if (index >= 1 && of >= 1 && index <= of && of <= mostShards) return { index, of };
  const why = of > mostShards ? `there are at most ${mostShards} shards` : 'a shard is a number from 1 to their total';
  throw new RelayError('USAGE', `${what} is no shard: ${why}.`, { hint });
}

/** Nothing but digits counts: not a space, a sign or a power. */
function numberIn(text: string | undefined): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function shown(text: string): string {
  return text.replace(/\P{ASCII}|\p{C}/gu, '?').slice(0, 20);
}

/**
 * In which of so many shards a host is, counted from 1: rendezvous hashing (Thaler and Ravishankar, 1998). Every host is in
 * exactly one; one that is added or taken away moves no other, and another shard takes of each an even part. Pure.
 */
export function shardFor(host: string, of: number): number {
  let best = { index: 1, score: '' };
  for (let index = 1; index <= of; index += 1) {
    const score = createHash('sha256').update(`${index} ${host}`).digest('hex');
    if (score > best.score) best = { index, score };
  }
  return best.index;
}
