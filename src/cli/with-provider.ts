import { noJournal } from '../apply/journal.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import { configured, loadConfig, type ConfigFile } from '../config/config-file.ts';
import { hostSettings, type HostOptions } from '../config/host-settings.ts';
import { chooseProvider, findPack } from '../pack/find-pack.ts';
import type { Provider } from '../pack/manifest.ts';
import type { Pack } from '../pack/read-pack.ts';
import { systemClock } from '../terms/clock.ts';
import { accessModes, type AccessMode } from '../terms/modes.ts';
import type { Redactor } from '../terms/redactor.ts';
import { EventQueue } from './event-queue.ts';
import { holdLock } from './hold-lock.ts';
import { openHost } from './host-session.ts';
import type { SayFlags } from './import-flags.ts';
import { accessMode, newRunId } from './import-options.ts';
import { print, type Io } from './io.ts';
import { progressView } from './progress.ts';
import { stopSignals } from './stop-signals.ts';

/** What the commands that look after a provider are told. */
export interface ProviderFlags extends HostOptions, SayFlags {
  pack: string;
  provider?: string;
  access?: string;
  timeout?: number;
  deadline?: number;
  config?: string;
  yes?: boolean;
  input: boolean;
}

export interface AtProvider {
  run: string;
  pack: Pack;
  provider: Provider;
  /** The access modes that were asked for; both when none was. */
  modes: readonly AccessMode[];
  config: ConfigFile;
  tools: RunTools;
  /** Resolves when everything that was emitted is shown. */
  idle: () => Promise<void>;
}

/** Opens the host for work on one provider, and holds the provider's lock meanwhile where the work may change something. */
export async function withProvider(
  flags: ProviderFlags,
  changes: boolean,
  io: Io,
  redactor: Redactor,
  work: (at: AtProvider) => Promise<number>,
): Promise<number> {
  const { config } = await loadConfig(flags.config, io.cwd);
  const pack = await findPack(flags.pack);
  const provider = chooseProvider(pack, flags.provider);
  const modes = flags.access === undefined ? accessModes : [accessMode(flags.access)];
  const settings = await hostSettings(flags, io.env, config, io.stdin);
  const verbose = flags.verbose === true;
  const events = new EventQueue(progressView(io, { quiet: flags.quiet === true, colour: flags.color, verbose }));
  const deadlineMs = flags.deadline ?? configured(config, 'deadline');
  const { stop, release } = stopSignals((text) => events.emit({ type: 'notice', text }), deadlineMs);
  const base = { clock: systemClock, emit: events.emit, journal: noJournal, stop };
  const run = newRunId();
  let unlock: () => void = () => undefined;
  let close: () => Promise<void> = async () => undefined;
  try {
    const timeoutMs = flags.timeout ?? configured(config, 'timeout') ?? 30_000;
    const trace = verbose ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
    const session = await inStage(
      base,
      'connect',
      'Connect',
      () => openHost(settings, { version: io.version, timeoutMs, clock: systemClock, redactor, ...trace }),
      ({ host }) => ({ ok: true, text: `${host.info.kind} ${host.info.version} at ${host.info.url}` }),
    );
    close = session.close;
    const { host } = session;
    if (changes) unlock = await holdLock(io, { hostUrl: host.info.url, provider: provider.id, run }, systemClock, stop);
    return await work({ run, pack, provider, modes, config, tools: { ...base, host }, idle: () => events.idle() });
  } finally {
    await events.idle();
    release();
    unlock();
    await close();
  }
}
