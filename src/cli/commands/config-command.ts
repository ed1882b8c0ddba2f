import { givenDuration } from '../../config/duration.ts';
import { homedir } from 'node:os';
import type { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../../config/config-file.ts';
import { configSchema } from '../../config/config-schema.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { optionRecords } from '../../config/options/option-table.ts';
import { settingsOf, type Setting } from '../../config/show-settings.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { SettingsOutput } from '../../report/outputs/about-schemas.ts';
import { print, styleFor, type Io } from '../io.ts';
import { printResult } from '../output/result.ts';
import { rootOf } from '../options/build-command.ts';

/** `relay config show`: every setting, its value, and where it comes from. Secrets are not shown. */
export async function showConfig(
  command: Command,
  flags: Flags<'config show'>,
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const loaded = await loadConfig(flags.config, io);
  const settings = settingsOf({ options: givenTo(command), env: io.env, loaded, home: homedir() });
  const shown = settings.map((each) => ({ ...each, value: redacted(each.value, redactor) }));
  const told: SettingsOutput = { schema: 'relay.settings/1', file: loaded.file, settings: shown };
  if (printResult(io, flags, 'config', told)) return 0;
  const style = styleFor(io, 'stdout', flags.color);
  print(io.stdout, loaded.file === null ? 'There is no configuration file.' : `Configuration file: ${loaded.file}`);
  const widest = Math.max(...shown.map(({ name }) => name.length));
  for (const each of shown)
    print(io.stdout, `${each.name.padEnd(widest)}  ${valueText(each)}  ${style.dim(originText(each))}`);
  return 0;
}

/** `relay config schema`: the JSON Schema of a configuration file, made from what the reader checks with. */
export function showConfigSchema(io: Io): number {
  print(io.stdout, JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2));
  return 0;
}

/** What was given by name, with durations as they are written. */
function givenTo(command: Command): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const holder of [rootOf(command), command])
    for (const [name, value] of Object.entries(holder.opts<Record<string, unknown>>()))
      if (holder.getOptionValueSource(name) === 'cli')
        given.set(name, optionRecords.get(name)?.kind === 'duration' ? givenDuration(Number(value)) : value);
  return given;
}

/** Nobody should, but who puts a secret into a name or path does not see it here. */
function redacted(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.clean(value);
  return Array.isArray(value) ? value.map((each) => redacted(each, redactor)) : value;
}

function valueText({ value, secret, from }: Setting): string {
  if (secret) return from === null ? 'not set' : 'set, not shown';
  if (value === null) return '–';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function originText({ source, from }: Setting): string {
  return from ?? source;
}
