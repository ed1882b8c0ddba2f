import { counted, firstOf, formatCount } from '../../core/counted.ts';
import type { Account, Id } from '../../host/account.ts';
import type { AccountReads, Host, HostInfo } from '../../host/host.ts';
import { accountPrefix, isAccountName } from '../../host/names.ts';
import { inStage, type RunTools } from '../../apply/run-tools.ts';
import { fingerprintKey } from '../../keys/fingerprint.ts';
import { acceptedKeys, type KeyFile } from '../../keys/key-file.ts';
import { buildPlan } from '../../plan/build-plan.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import { fitProvider } from '../../plan/fit-provider.ts';
import type { Provider } from '../../pack/manifest.ts';
import type { HostSnapshot, Desired } from '../../plan/observed.ts';
import type { Grant, User } from '../../host/grants.ts';
import { problem, RelayError, type Problem } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import { versionProblems } from '../preflight.ts';
import type { ImportJob } from './import-job.ts';
import { listLiveModels } from './list-live-models.ts';
import { refuseLoop, upstreamOnHost } from './refuse-loop.ts';
import { leftClients, unclearClients } from '../left-clients.ts';

export interface PlannedImport {
  plan: ImportPlan;
  /** The user key for the gateway check, where one was given or found. */
  probeKey: Secret | null;
}

/** Looks at the host and says what the import would do. Sends nothing but reads; throws with every obstacle at once. */
export function planImport(job: ImportJob, tools: RunTools): Promise<PlannedImport> {
  return inStage(
    tools,
    'plan',
    'Plan',
    async () => {
      const { host } = tools;
      checkHostVersion(job, host.info);
      await refuseLoop(job, tools);
      await listLiveModels(job, tools);
      const fitting = fitProvider(job.provider, host);
      const desired = desiredOf(job, fitting.provider);
      const left = await leftClients(job.run, tools);
      const snapshot = { ...(await observe(desired, tools)), leftClients: left.orphans };
      const result = buildPlan(desired, snapshot);
      if ('problems' in result) throw combined(result.problems);
      const probeKey = job.probeKey ?? (await findKey(result.plan, host));
      return {
        plan: {
          ...result.plan,
          warnings: [
            ...job.warnings,
            ...malformedLines(job.keyFile),
            ...upstreamOnHost(job, tools),
            ...host.info.warnings,
            ...fitting.warnings,
            ...unclearClients(snapshot.words.client, left.unclear),
            ...result.plan.warnings,
          ],
        },
        probeKey,
      };
    },
    ({ plan }) => ({
      ok: true,
      text: planCounts(plan),
    }),
  );
}

function planCounts({ accounts, removals, models }: ImportPlan): string {
  const count = (...actions: string[]) => formatCount(accounts.filter((step) => actions.includes(step.action)).length);
  const updated = count('update', 'adopt');
  const { from, offered, added, gone } = models;
  const news = [
    counted(offered.length, 'model'),
    ...(added.length > 0 ? [`${added.length} new`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
  ];
  return `${from === 'upstream' ? `${news.join(', ')}; ` : ''}accounts: ${count('create')} to create, ${updated === '0' ? '' : `${updated} to update, `}${count('unchanged')} unchanged, ${formatCount(removals.length)} to remove`;
}

function checkHostVersion({ provider }: ImportJob, info: HostInfo): void {
  const [found] = versionProblems(provider, info);
  if (found !== undefined) throw new RelayError(found.code, found.message);
}

function desiredOf(job: ImportJob, provider: Provider): Desired {
  const { run, modelsFrom, mode, access, accounts, targets, extend, adopt, failed, probe } = job;
  const keys = acceptedKeys(job.keyFile).map(({ line, fingerprint, last4, settings }) => ({
    line,
    fingerprint,
    last4,
    settings,
  }));
  return {
    run,
    provider,
    modelsFrom,
    mode,
    access,
    keys,
    malformedLines: job.keyFile.entries.filter((entry) => entry.kind === 'malformed').length,
    accounts,
    targets,
    extend,
    adopt,
    failed,
    allowMassRemoval: job.allowMassRemoval,
    probe,
    resumed: job.resumed,
    probeKeyGiven: job.probeKey !== null,
  };
}

async function observe(desired: Desired, { host }: RunTools): Promise<Omit<HostSnapshot, 'leftClients'>> {
  const { info, layout, isolation, clientKeys, reads } = host;
  const [resources, accounts, users] = await Promise.all([
    host.resources.list(),
    reads.accounts(),
    Promise.all(desired.targets.map(async ({ user }) => host.grants?.user(user))),
  ]);
  // One that is to be adopted may have grants already.
  const { id: place } = layout.plan(desired, { resources, accounts }).place;
  const grants = place === null ? [] : await grantsOf(users, host);
  const foreignKeys = desired.adopt ? await keysOfForeign(desired, accounts, reads) : new Map<Id, string>();
  const { kind, capabilities } = info;
  const words = { grant: host.grants?.kind ?? '', client: clientKeys?.driver.kind ?? '' };
  const now = host.time();
  return { kind, capabilities, layout, isolation, words, resources, accounts, grants, users, foreignKeys, now };
}

/** Only of those whom the import is about: there may be many more. */
async function grantsOf(users: readonly (User | undefined)[], { grants }: Host): Promise<Grant[]> {
  const ids = new Set(users.flatMap((user) => (user === undefined ? [] : [user.id])));
  return (await Promise.all([...ids].map(async (id) => grants?.ofUser(id) ?? []))).flat();
}

/** Which keys accounts hold that bear a managed name and no marker, where the host gives them out. */
async function keysOfForeign(
  { provider, access }: Desired,
  accounts: readonly Account[],
  reads: AccountReads,
): Promise<Map<Id, string>> {
  const prefix = accountPrefix(provider.id, access);
  const found = new Map<Id, string>();
  for (const { id, name, marker } of accounts) {
    if (marker !== null || !isAccountName(name, prefix)) continue;
    const key = await reads.accountKey(id);
    if (key !== undefined) found.set(id, fingerprintKey(key).fingerprint);
  }
  return found;
}

/** The key of a user who has access, where the plan asks for one. A place that is yet to be made has none. */
async function findKey({ gateway, place }: ImportPlan, { clientKeys }: Host): Promise<Secret | null> {
  if (gateway.probe !== 'find') return null;
  const key = place.id === null ? undefined : await clientKeys?.usable(place.id);
  if (key !== undefined) return key;
  throw new RelayError('PROBE_KEY_IMPOSSIBLE', `No user of the host has a key with access to the ${place.kind}.`, {
    hint: 'Let relay make one with --probe auto, or give one with --probe-key-file.',
  });
}

/** One error that tells all: the first decides the code and the hint. */
function combined(problems: readonly Problem[]): RelayError {
  const [first, ...others] = problems;
  if (first === undefined) return new RelayError('INTERNAL', 'A plan was refused without a reason.');
  return new RelayError(first.code, first.message, { hint: first.hint, details: others.map((each) => each.message) });
}

/** Partial mode leaves them out, and says which. Their text may hold a key. */
function malformedLines({ entries }: KeyFile): Problem[] {
  const lines = entries.flatMap((each) => (each.kind === 'malformed' ? [`line ${each.line} ${each.why}`] : []));
  if (lines.length === 0) return [];
  const message = `${counted(lines.length, 'line holds no key and is left out', 'lines hold no key and are left out')}: ${firstOf(lines)}.`;
  return [problem('KEYS_MALFORMED', message, 'Correct the line, or take it out of the key file.')];
}
