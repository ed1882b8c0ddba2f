import { readProbeKey } from '../import-options.ts';
import { probeExitCode, probePool, type PoolProbe, type ProbedAccount } from '../../flows/probe-pool.ts';
import { readable } from '../../report/readable.ts';
import type { ProbeMode } from '../../terms/modes.ts';
import type { Redactor } from '../../terms/redactor.ts';
import type { Style } from '../../terms/style.ts';
import { configured } from '../../config/config-file.ts';
import { askConsent } from '../consent.ts';
import { print, styleFor, type Io } from '../io.ts';
import { leftLine, sayLast } from '../last-words.ts';
import { repeatCommand, shellWord } from '../repeat-command.ts';
import { withProvider, type AtProvider, type ProviderFlags } from '../with-provider.ts';

export interface ProbeFlags extends ProviderFlags {
  repair?: 'disable' | 'remove';
  revive?: boolean;
  probe?: ProbeMode;
  probeKeyFile?: string;
  concurrency?: number;
  gatewayWait?: number;
}

/** `relay probe`: tests the accounts and the gateway again, and changes accounts only as the options say. */
export async function probeCommand(flags: ProbeFlags, io: Io, redactor: Redactor): Promise<number> {
  const probeKey = await readProbeKey(flags, io);
  if (probeKey !== null) redactor.learn(probeKey);
  if (flags.repair === 'remove') await askConsent(['Accounts that do not work would be removed.'], io, flags);
  return withProvider(flags, true, io, redactor, async (at) => {
    const { config, run, provider, modes, tools, idle } = at;
    const probe = await probePool(
      {
        run,
        provider,
        modes,
        repair: flags.repair ?? null,
        revive: flags.revive === true,
        probe: flags.probe ?? config.probe ?? 'auto',
        probeKey,
        concurrency: flags.concurrency ?? config.concurrency ?? 8,
        gatewayWaitMs: flags.gatewayWait ?? configured(config, 'gatewayWait') ?? 60_000,
      },
      tools,
    );
    await idle();
    const exitCode = probeExitCode(probe);
    if (flags.output === 'json') print(io.stdout, JSON.stringify(view(at, probe, exitCode), null, 2));
    else for (const line of lines(probe, styleFor(io, 'stdout', flags.color))) print(io.stdout, line);
    if (exitCode !== 0) sayLast(io, lastWords(probe, flags, exitCode));
    return exitCode;
  });
}

function view({ pack, provider, tools }: AtProvider, probe: PoolProbe, exitCode: number): object {
  const { url, kind, version } = tools.host.info;
  return {
    schema: 'relay.probe/1',
    host: { url, kind, version },
    provider: { pack: pack.id, id: provider.id, displayName: provider.displayName },
    accounts: probe.accounts.map(({ access, verdict, change }) => ({
      access,
      id: verdict.account.id,
      name: verdict.account.name,
      validation: verdict.validation,
      code: verdict.code,
      message: verdict.probe?.message ?? '',
      scheduled: change === 'removed' ? null : change === null ? verdict.account.scheduled : change === 'revived',
      change,
    })),
    gateways: probe.gateways.map(({ access, check }) => ({ access, ...check })),
    leftovers: probe.leftovers,
    problems: probe.problems.map(({ code, message, hint }) => ({ code, message, hint })),
    exitCode,
  };
}

/** For a nightly job: a line for what changed or is not fine, and one that sums up. */
function lines({ accounts, gateways }: PoolProbe, style: Style): string[] {
  const told = accounts.filter(({ verdict, change }) => change !== null || verdict.validation !== 'passed');
  const failed = accounts.filter(({ verdict }) => verdict.validation === 'failed').length;
  const passed = accounts.filter(({ verdict }) => verdict.validation === 'passed').length;
  const answers = gateways.map(
    ({ access, check }) => `${access.replace('_', '-')} gateway ${check.ok ? 'answers' : 'does not answer'}`,
  );
  return [
    ...told.map((each) => accountLine(each, style)),
    ...gateways.filter(({ check }) => !check.ok).map(({ check }) => `${style.bad('gateway')} ${check.message}`),
    [`${passed} of ${accounts.length} accounts passed`, `${failed} failed`, ...answers].join(', '),
  ];
}

function accountLine({ verdict, change }: ProbedAccount, style: Style): string {
  const { account, validation, code, probe } = verdict;
  const tone = { passed: style.good, warning: style.unsure, failed: style.bad, not_tried: style.dim }[validation];
  const done = { disabled: 'taken out of service', removed: 'removed', revived: 'put back into service' };
  const why = code === null ? '' : ` ${code}: ${readable(probe?.message ?? '')}`;
  return `${tone(validation)} ${account.name}${why}${change === null ? '' : ` → ${done[change]}`}`;
}

function lastWords({ accounts, gateways, leftovers, problems }: PoolProbe, flags: ProbeFlags, exitCode: number) {
  const working = accounts.filter(({ verdict }) => verdict.validation === 'passed' || verdict.validation === 'warning');
  const silent = gateways.some(({ check }) => !check.ok) ? ' The gateway does not answer.' : '';
  return {
    happened: [
      `${working.length} of ${accounts.length} accounts work.${silent}`,
      ...problems.map(({ code, message }) => `${code}: ${message}`),
    ].join('\n'),
    holds:
      exitCode === 6
        ? 'The host holds something that should not be there, or may:'
        : `The host holds ${accounts.filter(({ change }) => change !== 'removed').length} accounts of the provider.`,
    named: leftovers.map(leftLine),
    next: next(flags, exitCode),
  };
}

function next(flags: ProbeFlags, exitCode: number): string {
  if (exitCode === 6) return `run the commands above, then: ${repeatCommand('relay probe', flags)}`;
  if (exitCode === 7) return `relay status --pack ${shellWord(flags.pack)}`;
  return flags.repair === undefined
    ? `${repeatCommand('relay probe', flags)} --repair disable`
    : 'Replace the keys that failed, and import the key file.';
}
