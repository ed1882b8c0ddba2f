import type { HostFailure } from '../../host/host-failure.ts';
import type { CreatedAccount } from '../../host/host.ts';
import type { Account, Id } from '../../host/account.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { ChangeLog } from '../change-log.ts';
import { turnsOf } from '../host-pace.ts';
import { accountStateOf } from '../drivers/account-state.ts';
import { isBorn, isMarkedBy, type AccountsJob, type Making } from './making.ts';
import { performWrite, type Look } from '../perform-write.ts';
import { unstopped, type RunTools } from '../run-tools.ts';

/** Pauses between two looks at a batch that a host may still be at work on, in milliseconds: the first, and the longest. */
const growthPauses = { first: 500, longest: 4000 };

/** How long such a batch may stand still before the rest of it is given up, in milliseconds. */
const standstillMs = { maybeInFlight: 30_000, cut: 3000 };

/** What became of each account of a batch. `unknown`: the host may still be making it. */
type Ended = CreatedAccount | { ok: 'unknown'; message: string };

/** Makes one batch by one request. Returns the accounts that were made, and whether more batches are worth trying. */
export async function createBatch(
  batch: readonly Making[],
  { outcomes, keyOf }: AccountsJob,
  tools: RunTools,
  log: ChangeLog,
): Promise<{ made: Making[]; goesOn: boolean }> {
  const [first] = batch;
  const name = first?.step.name ?? '';
  let results: Ended[];
  try {
    const done = await performWrite<Ended[], CreatedAccount[]>(
      {
        kind: 'account',
        name,
        what: `create ${batch.length} account${batch.length === 1 ? '' : 's'} ("${name}" …)`,
        stage: 'apply',
        makes: true,
        send: () =>
          tools.host.writes.createAccounts(
            batch.map(({ spec }) => spec),
            (spec) => keyOf(spec.marker.fingerprint),
            tools.clock.randomHex(16),
            turnsOf(tools),
          ),
        // All batches are read back together.
        trust: (answer) => answer,
        look: (lost) => whatCame(batch, lost, tools),
      },
      tools,
    );
    results = done.value;
  } catch (error) {
    if (!(error instanceof RelayError) || (error.code !== 'WRITE_REFUSED' && error.code !== 'WRITE_UNSETTLED'))
      throw error;
    for (const { step } of batch)
      outcomes.set(
        step.fingerprint,
        error.code === 'WRITE_UNSETTLED'
          ? { outcome: 'unsettled', message: error.message }
          : { outcome: 'failed', code: 'WRITE_REFUSED', message: error.message, hint: error.hint, id: null },
      );
    return { made: [], goesOn: false };
  }
  return { made: await sortBatch(batch, results, outcomes, tools, log), goesOn: true };
}

async function sortBatch(
  batch: readonly Making[],
  results: readonly Ended[],
  outcomes: AccountsJob['outcomes'],
  tools: RunTools,
  log: ChangeLog,
): Promise<Making[]> {
  // A refused item of a batch can exist all the same, without its place; and not every host tells the id of what it made.
  const open = batch.filter((_, index) => {
    const result = results[index];
    return result?.ok === false || (result?.ok === true && result.id === null);
  });
  const halves = open.length === 0 ? new Map<Making, Account>() : await ownAccounts(open, tools);
  const made: { making: Making; id: Id }[] = [];
  const broken: { making: Making; id: Id }[] = [];
  for (const [index, making] of batch.entries()) {
    const result = results[index] ?? { ok: false, message: 'no answer' };
    const { fingerprint } = making.step;
    const half = halves.get(making);
    if (result.ok === true && result.id !== null) made.push({ making, id: result.id });
    else if (half !== undefined && isBorn(half, making.spec)) made.push({ making, id: half.id });
    else if (result.ok === true)
      outcomes.set(fingerprint, {
        outcome: 'unsettled',
        message: 'The host says that it made the account, and does not show it.',
      });
    else if (result.ok === 'unknown') outcomes.set(fingerprint, { outcome: 'unsettled', message: result.message });
    else {
      if (half !== undefined) broken.push({ making, id: half.id });
      const message = `The host refused the account: ${result.message}`;
      outcomes.set(fingerprint, { outcome: 'failed', code: 'WRITE_REFUSED', message, id: half?.id ?? null });
    }
  }
  await log.made([
    ...made.map(({ making: { change }, id }) => ({ change, id })),
    // It exists without its place, and still belongs to the run.
    ...broken.map(({ making: { change }, id }) => ({
      change,
      id,
      after: { marker: accountStateOf(change)?.marker },
    })),
  ]);
  return made.map(({ making }) => making);
}

/**
 * What came of a batch whose answer was lost. A host may be at work on it for a while, account by account: it is watched
 * until all are there, or nothing is added any more. Nothing where none is there.
 */
async function whatCame(
  batch: readonly Making[],
  lost: HostFailure | null,
  tools: RunTools,
): Promise<Look<Ended[]> | undefined> {
  const maybeInFlight = lost?.maybeInFlight === true;
  let found = await ownAccounts(batch, tools);
  if (found.size === 0) return undefined;
  const patience = maybeInFlight ? standstillMs.maybeInFlight : standstillMs.cut;
  let stands = 0;
  for (let pause = growthPauses.first; found.size < batch.length && stands < patience;) {
    await tools.clock.sleep(pause);
    const now = await ownAccounts(batch, tools);
    stands = now.size > found.size ? 0 : stands + pause;
    found = now;
    pause = Math.min(pause * 2, growthPauses.longest);
  }
  const message = 'the answer of the host was lost';
  return {
    differences: [],
    value: batch.map((making): Ended => {
      const account = found.get(making);
      if (account !== undefined) return { ok: true, id: account.id };
      return maybeInFlight
        ? { ok: 'unknown', message: `${message}, and it may still be making the account` }
        : { ok: false, message: `${message}, and the account does not exist` };
    }),
  };
}

/** The accounts of these steps that this run has made. */
async function ownAccounts(batch: readonly Making[], tools: RunTools): Promise<Map<Making, Account>> {
  const desired = new Map(batch.map((making) => [making.step.fingerprint, making]));
  const found = new Map<Making, Account>();
  for (const account of await unstopped(tools).host.reads.accounts()) {
    const making = desired.get(account.marker?.fingerprint ?? '');
    if (making !== undefined && isMarkedBy(account, making.spec)) found.set(making, account);
  }
  return found;
}
