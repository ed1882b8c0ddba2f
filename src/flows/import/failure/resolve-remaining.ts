import { findUnrecorded } from '../../../apply/undo/find-unrecorded.ts';
import { addLeftovers, type Leftover } from '../../../apply/leftover.ts';
import { UnresolvedWrite } from '../../../apply/perform-write.ts';
import { unstopped } from '../../../apply/run-tools.ts';
import { undo } from '../../../apply/undo/undo.ts';
import { HostFailure } from '../../../host/host-failure.ts';
import type { RunFailure } from './run-failure.ts';
import type { ImportRun } from '../import-run.ts';
import { works } from '../verify-accounts.ts';

/**
 * Looks once more for what was sent and never seen. What has arrived after all is removed, since its key was reported as not
 * imported; what still does not show stays unsettled. A request that was sent twice can have been carried out twice, also
 * when all looks well.
 */
export async function resolveRemaining(failure: RunFailure | null, run: ImportRun): Promise<void> {
  const { plan, tools, log, record, unresolved } = run;
  const arrived = await findUnrecorded(tools, log);
  const desired = new Set([
    ...[...record.outcomes.values()].flatMap((outcome) => (outcome.outcome === 'created' ? [outcome.account.id] : [])),
    ...plan.accounts.flatMap((step) => (step.action === 'create' ? [] : [step.account.id])),
    ...record.removed.map(({ id }) => id),
  ]);
  const orphans = log.changes.filter(
    ({ kind, action, id }) => kind === 'account' && action === 'created' && id !== null && !desired.has(id),
  );
  if (orphans.length > 0) run.leave((await undo(orphans, tools, log)).leftovers);
  const resolved = new Set([...arrived, ...orphans].map((change) => `${change.kind} ${change.name}`));
  for (const step of plan.accounts) {
    const outcome = record.outcomes.get(step.fingerprint);
    if (outcome?.outcome !== 'unsettled') continue;
    if (resolved.has(`account ${step.name}`))
      record.outcomes.set(step.fingerprint, {
        outcome: 'failed',
        code: 'WRITE_REFUSED',
        message: `${outcome.message} It arrived late and was removed.`,
        id: null,
      });
    else addLeftovers(record.unsettled, [unsettled('account', step.name, run)]);
  }
  for (const result of record.grants)
    if (result.outcome === 'failed' && resolved.has(`${result.kind} ${result.user}`)) result.outcome = 'created';
  for (const lost of [failure?.cause, ...unresolved]) {
    if (!(lost instanceof UnresolvedWrite) || resolved.has(`${lost.kind} ${lost.objectName}`)) continue;
    addLeftovers(record.unsettled, [unsettled(lost.kind, lost.objectName, run)]);
  }
}

function unsettled(kind: UnresolvedWrite['kind'], name: string, { tools }: ImportRun): Leftover {
  const reason = 'nobody can tell whether the host has carried out what was sent';
  return { kind, id: null, name, reason, command: tools.host.command('show', kind, null) };
}

/** Names the accounts of this run that serve and that no test has shown to work, where nothing more can be sent. */
export async function nameWhatServes({ plan, tools, log, record }: ImportRun): Promise<void> {
  const { host } = unstopped(tools);
  const touched = new Set(log.changes.flatMap(({ kind, id }) => (kind === 'account' && id !== null ? [id] : [])));
  const proven = new Set([...record.verdicts.values()].filter(works).map(({ account }) => account.id));
  const accounts = await host.reads.accounts().catch((failure: unknown) => {
    if (failure instanceof HostFailure) return undefined;
    throw failure;
  });
  const fingerprints = new Set(plan.accounts.map(({ fingerprint }) => fingerprint));
  for (const account of accounts ?? []) {
    if (!touched.has(account.id) || proven.has(account.id)) continue;
    const fingerprint = account.marker?.fingerprint ?? '';
    if (fingerprints.has(fingerprint)) record.seen.set(fingerprint, account);
    if (account.enabled && account.state === 'active')
      addLeftovers(record.unsettled, [
        {
          kind: 'account',
          id: account.id,
          name: account.name,
          reason: 'it serves, and no test has shown that it works',
          command: host.command('show', 'account', account.id),
        },
      ]);
  }
}
