import { noteTested } from '../../apply/accounts/note-tested.ts';
import { disableAccounts } from '../../apply/accounts/disable-accounts.ts';
import { inStage, throwIfStopped, unstopped } from '../../apply/run-tools.ts';
import { trySetEnabled } from '../../apply/accounts/set-enabled.ts';
import { undo } from '../../apply/undo/undo.ts';
import type { Account, Id } from '../../host/account.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { problem } from '../../core/relay-error.ts';
import { probeAccounts, type AccountVerdict } from '../../verify/probe-accounts.ts';
import { isOpen, checkInIsolation } from '../../verify/isolation-check.ts';
import { verdictOfMade } from '../../verify/test-keys.ts';
import { completionOf } from '../completion-of.ts';
import { RunFailure, verdictProblem } from './failure/run-failure.ts';
import type { ImportRun } from './import-run.ts';

/** Tests what was made, what has changed out of service, and what no test has proven. `place`: where all of it serves. */
export async function verifyAccounts(place: Id, run: ImportRun): Promise<void> {
  const { plan, record } = run;
  const made: Account[] = [];
  const retested: Account[] = [];
  const heldOut = new Set<string>();
  for (const step of plan.accounts) {
    const outcome = record.outcomes.get(step.fingerprint);
    if (step.action === 'create') {
      if (outcome?.outcome === 'created' && step.enabled) made.push(outcome.account);
      continue;
    }
    // What serves is changed and tested in turns, later.
    if (step.retest === null || (step.action !== 'unchanged' && isRolling(step))) continue;
    if (step.action !== 'unchanged' && outcome?.outcome !== 'updated') continue;
    const account = outcome?.outcome === 'updated' ? outcome.account : step.account;
    retested.push(account);
    if (step.retest === 'held_out') heldOut.add(account.id);
  }
  const accounts = [...retested, ...made];
  // The tests wait for the vendor, and the host has time.
  const { probe } = plan.gateway;
  if (accounts.length > 0 && probe === 'make') run.clientKeys.makeAhead(place, plan.access);
  await testAccounts({ accounts, retested, heldOut }, run);
}

/** Whether the change of a serving account is one that only a test proves. */
export function isRolling(step: { place: string; retest: string | null }): boolean {
  return step.place === 'serves' && step.retest === 'changed';
}

export interface Tested {
  accounts: readonly Account[];
  /** Those of them that were there before the run. */
  retested: readonly Account[];
  /** Ids of those that are put back into service when they work. */
  heldOut: ReadonlySet<string>;
}

/** Tests accounts, notes the verdicts; ends the run or takes the failed out of service, as the policy says. */
export async function testAccounts(tested: Tested, run: ImportRun): Promise<AccountVerdict[]> {
  const { job, tools, record, undoesOnFailure } = run;
  const { accounts, heldOut } = tested;
  if (accounts.length === 0) return [];
  const isKnown = ({ marker }: Account) => run.keyVerdicts.has(marker?.fingerprint ?? '');
  const probing = {
    accounts: accounts.filter((account) => !isKnown(account)),
    provider: job.provider,
    pace: run.pace,
    endsOnError: undoesOnFailure,
    retested: new Set(tested.retested.map((account) => account.id)),
  };
  const title = `${accounts.every(isKnown) ? 'Check' : 'Test'} ${counted(accounts.length, 'account')}`;
  const verdicts = await inStage(
    tools,
    'verify',
    title,
    async () => [
      ...(await isolationCheck(await probeAccounts(probing, tools), run)),
      ...(await verdictsOfMade(accounts.filter(isKnown), run)),
    ],
    (all) => ({ ok: all.every(works), text: verdictText(all) }),
  );
  for (const verdict of verdicts) {
    record.verdicts.set(verdict.account.marker?.fingerprint ?? '', verdict);
    if (verdict.validation === 'warning' && verdict.code !== null)
      run.warn('verify', problem(verdict.code, `${verdict.account.name}: ${verdict.probe?.message ?? ''}`));
  }
  const failed = verdicts.filter((verdict) => verdict.validation === 'failed');
  const [first] = failed;
  const undoes = undoesOnFailure && (first !== undefined || tools.stop.aborted);
  // What the vendor had no time for is not proven: the next import tests it.
  if (!undoes)
    await note(
      verdicts.filter((each) => works(each) && each.code !== 'UPSTREAM_BUSY'),
      run,
    );
  throwIfStopped(tools);
  if (undoes && first !== undefined) throw new RunFailure(verdictProblem(first, failed.length, verdicts.length));
  for (const verdict of failed) run.fail('verify', verdictProblem(verdict, 1, verdicts.length));
  await takeOut(failed, run);
  await revive(
    verdicts.filter((verdict) => works(verdict) && heldOut.has(verdict.account.id) && !verdict.account.enabled),
    run,
  );
  return verdicts;
}

/** Of accounts whose keys were tested before they were made. */
function verdictsOfMade(
  accounts: readonly Account[],
  { job, tools, keyVerdicts }: ImportRun,
): Promise<AccountVerdict[]> {
  return Promise.all(
    accounts.flatMap((account) => {
      const verdict = keyVerdicts.get(account.marker?.fingerprint ?? '');
      return verdict === undefined ? [] : [verdictOfMade(account, verdict, job.provider, tools)];
    }),
  );
}

/** One completion for each account that nothing else proves, where relay can make a key for it (rule N13). */
async function isolationCheck(verdicts: AccountVerdict[], run: ImportRun): Promise<AccountVerdict[]> {
  const { job, plan, tools, log, clientKeys } = run;
  if (plan.gateway.probe !== 'make' || tools.host.isolation === null || !verdicts.some(isOpen)) return verdicts;
  const { provider } = job;
  const proof = {
    staging: { provider, access: plan.access, run: plan.run },
    request: completionOf(provider),
    clientKeys,
    pace: run.pace,
  };
  return checkInIsolation(verdicts, proof, tools, log);
}

/** Whether an account may serve, as far as was seen. */
export function works(verdict: AccountVerdict): boolean {
  return verdict.validation === 'passed' || verdict.validation === 'warning';
}

/** An account without the note is tested once more by the next import, so a note that is not taken is no failure. */
async function note(verdicts: readonly AccountVerdict[], run: ImportRun): Promise<void> {
  const ids = verdicts.map((verdict) => verdict.account.id);
  const found = ids.length > 0 ? await noteTested(ids, run.plan.run, run.tools) : undefined;
  if (found !== undefined) run.warn('verify', found);
}

/** What the run has changed and spoilt gets its earlier settings back; the rest goes out of service. */
async function takeOut(failed: readonly AccountVerdict[], run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  const ids = new Set(failed.map((verdict) => verdict.account.id));
  const spoilt = log.changes.filter(
    ({ kind, action, id }) =>
      kind === 'account' && action === 'updated' && id !== null && ids.has(id) && !log.hasMade(kind, id),
  );
  const restored = new Set<Id>();
  if (spoilt.length > 0) {
    const { undone, leftovers } = await undo(spoilt, tools, log);
    run.leave(leftovers);
    for (const { id } of undone) restored.add(id);
  }
  for (const verdict of failed.filter((each) => restored.has(each.account.id))) {
    const now = (await unstopped(tools).host.reads.account(verdict.account.id)) ?? verdict.account;
    record.verdicts.set(now.marker?.fingerprint ?? '', { ...verdict, account: now });
  }
  await takeFailedOut(
    failed.map((verdict) => verdict.account).filter((account) => !restored.has(account.id)),
    run,
  );
}

/** Takes accounts that are not known to work out of service, and notes it in the record. */
export async function takeFailedOut(accounts: readonly AccountVerdict['account'][], run: ImportRun): Promise<void> {
  const { plan, tools, log, record } = run;
  const open = accounts.filter((account) => account.enabled || !account.paused);
  const { done, problems } = await disableAccounts(open, plan.policy.failedAccounts, tools, log);
  for (const [id, what] of done) {
    record.takenOut.set(id, what);
    const made = log.reverted.some(
      (change) => change.kind === 'account' && change.action === 'created' && change.id === id,
    );
    const name = open.find((account) => account.id === id)?.name ?? '';
    // What an earlier run had made is lost with its key, and told as such.
    if (what === 'removed' && !made) record.removed.push({ id, name, reason: 'it does not work' });
  }
  for (const { lost, ...found } of problems) run.fail('verify', found, lost);
  const stay = accounts.filter((account) => !open.includes(account));
  if (plan.policy.failedAccounts === 'remove' && stay.length > 0)
    run.warn(
      'verify',
      problem(
        'FAILED_BEFORE',
        `Out of service since an earlier run, and left there: ${firstOf(stay.map(({ name }) => name))}.`,
      ),
    );
}

async function revive(verdicts: readonly AccountVerdict[], run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  const problems = await trySetEnabled(
    verdicts.map(({ account }) => account),
    true,
    tools,
    log,
  );
  for (const { lost, ...found } of problems.values()) run.fail('verify', found, lost);
  for (const verdict of verdicts) {
    const { account } = verdict;
    if (!problems.has(account.id))
      record.verdicts.set(account.marker?.fingerprint ?? '', {
        ...verdict,
        account: { ...account, enabled: true, paused: false },
      });
  }
}

function verdictText(verdicts: readonly AccountVerdict[]): string {
  const count = (validation: string) => verdicts.filter((verdict) => verdict.validation === validation).length;
  const parts = [`${count('passed')} passed`];
  if (count('warning') > 0) parts.push(`${count('warning')} with a warning`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  if (count('not_tried') > 0) parts.push(`${count('not_tried')} not tried`);
  return parts.join(', ');
}
