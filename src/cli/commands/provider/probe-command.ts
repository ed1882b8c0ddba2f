import { defaults, gatewayWaitMs } from '../../../config/defaults.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { stillToGive } from '../../options/choose-pack.ts';
import { readProbeKey } from '../../options/read-keys.ts';
import { probeExitCode, probePool, type PoolProbe } from '../../../flows/probe-pool.ts';
import { isInService } from '../../../flows/repair-accounts.ts';
import type { ProbeOutput } from '../../../report/outputs/provider-schemas.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import type { Secret } from '../../../core/secrets/secret.ts';
import { Interruption } from '../../../core/relay-error.ts';
import { serviceOf } from '../../../host/account.ts';
import { namedHost } from '../../../host/host.ts';
import {
  keepVerdicts,
  newsSince,
  readVerdicts,
  type KeptVerdicts,
  type VerdictNews,
  type VerdictOwner,
} from '../../../journal/verdicts.ts';
import { askConsent } from '../../session/consent.ts';
import type { HostInfo } from '../../../host/host.ts';
import type { PackProvider } from '../../../pack/manifest.ts';
import { fold } from '../../../report/text/fold.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { exitCodeOfNews, newsLines, probeClosing, probeLines } from '../../output/probe-lines.ts';
import { printFooter, type LastWords } from '../../output/footer.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { printResult } from '../../output/result.ts';
import { withProvider, type AtProvider } from '../../session/with-provider.ts';

type ProbeFlags = Flags<'probe'>;

/** `relay probe`: tests the accounts and the gateway again, and changes accounts only as the options say. */
export async function probeCommand(flags: ProbeFlags, io: Io, redactor: Redactor): Promise<number> {
  if (flags.file !== undefined) {
    const { probeFleet } = await import('../../fleet/probe-fleet.ts');
    return probeFleet({ ...flags, file: flags.file }, io, redactor);
  }
  await askConsent(repairQuestions(flags), io, flags);
  const probeKey = await readProbeKey(flags, io, redactor);
  return withProvider(flags, true, io, redactor, async (at) => {
    const { probe, news, value } = await probeAt(at, flags, probeKey);
    if (!printResult(io, flags, 'probe', value)) {
      const style = styleFor(io, 'stdout', flags.color);
      for (const line of flags.sinceLast === true ? newsLines(news, probe, style) : probeLines(probe, style))
        print(io.stdout, fold(line, columnsOf(io)));
    }
    if (value.exitCode !== 0) {
      const [happened = '', ...named] = probeClosing(probe);
      printFooter(io, { happened, named, ...next(flags, probe, at.provider, repairOn(at.tools.host.info)) });
    }
    return value.exitCode;
  });
}

/** What a probe with these options has to be agreed to. */
export function repairQuestions({ repair }: ProbeFlags): string[] {
  return repair === 'remove' ? ['Accounts that do not work would be removed; their keys cannot come back.'] : [];
}

/** What the tests of a provider's accounts told, and what is new in that. */
export interface Probed {
  probe: PoolProbe;
  news: VerdictNews | null;
  value: ProbeOutput;
}

/** Tests the accounts and the gateway of a provider on one host, as the options say, and keeps what they told. */
export async function probeAt(at: AtProvider, flags: ProbeFlags, probeKey: Secret | null): Promise<Probed> {
  const { run, provider, modes, tools, idle } = at;
  const before = await lastVerdicts(at);
  const wasOut = before?.accounts.filter(({ heldOut }) => heldOut === true) ?? [];
  const probe = await probePool(
    {
      run,
      provider,
      modes,
      repair: flags.repair ?? null,
      revive: flags.revive === true,
      heldOut: new Set(wasOut.map(({ id }) => id)),
      allowMassRemoval: flags.allowMassRemoval === true,
      probe: flags.probe ?? defaults.probe,
      probeKey,
      concurrency: flags.concurrency ?? null,
      gatewayWaitMs: flags.gatewayWait ?? gatewayWaitMs,
    },
    tools,
  );
  await idle();
  const news = probe.aborted === null ? await compare(probe, before, at) : null;
  const exitCode = flags.sinceLast === true ? exitCodeOfNews(probe, news) : probeExitCode(probe);
  return { probe, news, value: view(at, probe, news, exitCode) };
}

/** What the tests told when this was last done with this state; the embedded host is another one each time. */
async function lastVerdicts(at: AtProvider): Promise<KeptVerdicts | undefined> {
  if (at.vendorUrl !== null) return undefined;
  const state = await at.state();
  const kept = await Promise.all(ownersOf(at).map((owner) => readVerdicts(state, owner)));
  const [first, ...others] = kept.filter((each) => each !== undefined);
  return first && { ...first, accounts: [first, ...others].flatMap(({ accounts }) => accounts) };
}

function ownersOf({ provider, modes, tools }: AtProvider): VerdictOwner[] {
  return modes.map((access) => ({ hostUrl: tools.host.info.url, provider: provider.id, access }));
}

/** Keeps what the tests told for the next time, and says what is new; nothing where nothing was kept before. */
async function compare(
  { accounts }: PoolProbe,
  before: KeptVerdicts | undefined,
  target: AtProvider,
): Promise<VerdictNews | null> {
  if (target.vendorUrl !== null) return null;
  const now = accounts.flatMap(({ access, verdict: { account, validation }, idle }) => {
    if (validation === 'not_tried') return [];
    const heldOut = idle === 'revivable' && serviceOf(account) === 'paused_by_hand';
    const { id, name } = account;
    return [{ access, id, name, failed: validation === 'failed', ...(heldOut ? { heldOut } : {}) }];
  });
  const at = new Date(target.tools.clock.now()).toISOString();
  const state = await target.state();
  for (const owner of ownersOf(target)) {
    await keepVerdicts(state, owner, { at, accounts: now.filter(({ access }) => access === owner.access) });
  }
  return before === undefined ? null : newsSince(before, now);
}

function view(
  { pack, provider, tools }: AtProvider,
  probe: PoolProbe,
  sinceLast: VerdictNews | null,
  exitCode: number,
): ProbeOutput {
  return {
    schema: 'relay.probe/1',
    host: namedHost(tools.host.info),
    provider: { pack: pack.id, id: provider.id, displayName: provider.displayName },
    accounts: probe.accounts.map((each) => ({
      access: each.access,
      id: each.verdict.account.id,
      name: each.verdict.account.name,
      validation: each.verdict.validation,
      code: each.verdict.code,
      message: each.verdict.probe?.message ?? '',
      scheduled: each.change === 'removed' ? null : isInService(each),
      change: each.change,
      byHost: each.byHost,
    })),
    gateways: probe.gateways.map(({ access, check }) => ({ access, ...check })),
    sinceLast,
    leftovers: probe.leftovers,
    problems: [...(probe.aborted === null ? [] : [probe.aborted]), ...probe.problems].map(
      ({ code, message, hint }) => ({ code, message, hint }),
    ),
    exitCode,
  };
}

/** What a host can do with accounts that do not work. */
function repairOn({ capabilities }: HostInfo): 'disable' | 'remove' {
  return capabilities.disable.possible ? 'disable' : 'remove';
}

function next(
  flags: ProbeFlags,
  { accounts, gateways, leftovers, problems, aborted }: PoolProbe,
  provider: Pick<PackProvider, 'baseUrl' | 'keys'>,
  repair: 'disable' | 'remove',
): Pick<LastWords, 'todo' | 'next'> {
  const again = repeatCommand('relay probe', flags);
  if (leftovers.length > 0) return { todo: 'Run the commands above.', next: again };
  if (aborted !== null) return { todo: aborted instanceof Interruption ? undefined : aborted.hint, next: again };
  const held = problems.find((each) => each.code === 'MASS_REMOVAL');
  if (held !== undefined) return { todo: held.hint, next: `${again} --allow-mass-removal` };
  const addresses = [...new Set(accounts.map(({ verdict }) => verdict.account.baseUrl))];
  // They were imported with another address than the pack's.
  const other = addresses.length === 1 && addresses[0] !== provider.baseUrl ? { baseUrl: addresses[0] } : {};
  const anew = repeatCommand('relay import', { ...flags, ...stillToGive(provider), ...other });
  if (accounts.length === 0) return { next: anew };
  if (gateways.some(({ check }) => !check.ok)) return { next: repeatCommand('relay status', flags) };
  const serving = accounts.some(({ verdict, change }) => {
    return verdict.validation === 'failed' && verdict.account.enabled && change === null;
  });
  if (serving && flags.repair === undefined) return { next: `${again} --repair ${repair}` };
  return { todo: 'Replace the keys that fail.', next: anew };
}
