import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadConfig } from '../../config/config-file.ts';
import { defaults, limitsOf } from '../../config/defaults.ts';
import { hostSettings } from '../../config/host-settings.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { longOption, optionsOf } from '../../config/options/option-table.ts';
import { readSavedPlan, type SavedPlan } from '../../flows/import/saved-plan.ts';
import { resumeJob } from '../../flows/import/resume-job.ts';
import { needsNoKeys, placeholderKeys } from '../../keys/placeholder.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Io } from '../io.ts';
import { statePlaceOf } from '../session/open-state.ts';
import { checkStdin, newRunId, type ImportRequest } from './import-options.ts';
import { inputFiles } from './input-files.ts';
import { readKeys, readProbeKey } from './read-keys.ts';
import { isGiven } from './resolve-options.ts';

/** What may stand beside a saved plan: keys, login, limits, and how things are told. */
const beside = new Set(
  (
    'plan keys adminKeyFile adminUser adminEmail adminPasswordFile probeKeyFile allowHttp ' +
    'timeout deadline report html markdown junit github output'
  ).split(' '),
);

/** A saved plan is a few hundred bytes a key; more is none. */
const maxBytes = 64 * 1024 * 1024;

/** The import that a saved plan holds, with the keys that it is carried out with. Throws `PLAN_UNUSABLE` and `USAGE`. */
export async function savedPlanRequest(
  flags: ImportFlags & { plan: string },
  io: Io,
  redactor: Redactor,
): Promise<{ request: ImportRequest; saved: SavedPlan }> {
  const other = optionsOf('import').find(([name]) => !beside.has(name) && wasAsked(flags, name));
  if (other !== undefined)
    throw new RelayError('USAGE', `${longOption(other[0])} cannot stand beside --plan: the plan says it.`, {
      hint: 'Leave it out, or plan again with it.',
    });
  checkStdin(flags);
  const saved = readSavedPlan(await textOf(flags.plan, io), flags.plan, io.version);
  const { begin } = saved;
  const { keys } = flags;
  if (keys === undefined && !needsNoKeys(begin.keys.entries))
    throw new RelayError('USAGE', 'A saved plan holds no keys.', { hint: 'Give them with --keys FILE.' });
  const loaded = await loadConfig(flags.config, io);
  const host = await hostSettings({ ...flags, host: begin.host.url }, io.env, loaded, io.stdin);
  const keyFile = keys === undefined ? placeholderKeys() : await readKeys(keys, begin.job.mode, io, redactor);
  const probeKey = await readProbeKey(flags, io, redactor);
  const { allowMassRemoval } = saved;
  const policy = { relayVersion: io.version, allowMassRemoval };
  const job = resumeJob({ begin }, keyFile, probeKey, policy, `the plan ${flags.plan}`);
  const asked = flags.report === false ? null : (flags.report ?? defaults.report);
  return {
    saved,
    request: {
      job: {
        ...job,
        run: newRunId(),
        keysFrom: keys === undefined || keys === '-' ? null : resolve(io.cwd, keys),
        resumed: false,
      },
      host,
      state: statePlaceOf(flags, io),
      ...limitsOf(flags),
      inputs: [
        ...inputFiles(flags, loaded, [begin.pack.file], io),
        { file: resolve(io.cwd, flags.plan), named: '--plan' },
      ],
      report: { place: asked, named: typeof flags.report === 'string' && isGiven(flags, 'report') },
    },
  };
}

/** A switch that is off was not asked for; nor was what holds by default. */
function wasAsked(flags: ImportFlags, name: string): boolean {
  if (flags.fromFile?.includes(name) === true) return false;
  const value = new Map<string, unknown>(Object.entries(flags)).get(name);
  return value !== false && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

async function textOf(file: string, io: Io): Promise<string> {
  const path = resolve(io.cwd, file);
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new RelayError('PLAN_UNUSABLE', `${file} is too large to be a plan.`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof RelayError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelayError('FILE_UNREADABLE', `The plan ${file} cannot be read (${why}).`, { cause });
  }
}
