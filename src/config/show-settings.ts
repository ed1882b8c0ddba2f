import type { LoadedConfig } from './config-file.ts';
import { configSchema } from './config-schema.ts';
import { defaults } from './defaults.ts';
import type { Environment } from './host-settings.ts';
import { shownAddress } from './shown-address.ts';
import { longOption, optionRecords } from './options/option-table.ts';
import { proxyFor } from './proxy-settings.ts';
import { shownState, stateDir } from './state-place.ts';

/** A setting as it holds: its value, and where that comes from. A secret has no value, only its origin. */
export interface Setting {
  name: string;
  value: unknown;
  source: 'option' | 'environment' | 'file' | 'default';
  /** The option, the variable, or file and line; `null` for a default. */
  from: string | null;
  secret: boolean;
}

/** Where settings come from, before they are put in order. */
export interface Sources {
  /** The values of options that were given, by name, as they are to be shown. */
  options: ReadonlyMap<string, unknown>;
  env: Environment;
  loaded: LoadedConfig;
  home: string;
}

/** Secrets that only the environment holds. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  adminKey: ['RELAY_ADMIN_KEY', 'SUB2API_ADMIN_API_KEY'],
  adminPassword: ['RELAY_ADMIN_PASSWORD'],
  probeKey: ['RELAY_PROBE_KEY'],
};

/** Every setting and where it comes from: option, environment, configuration file, default, in this order. Reads nothing. */
export function settingsOf(sources: Sources): Setting[] {
  const names = Object.keys(configSchema.shape).filter((name) => name !== '$schema' && name !== 'hosts');
  return [
    ...hostsOf(sources.loaded),
    ...[...names, 'stateDir'].map((name) => settingOf(name, sources)),
    ...proxiesOf(sources.env),
    ...Object.entries(secrets).map(([name, of]) => secretOf(name, of, sources.env)),
  ];
}

/** What may hold a secret is shown without it. */
const shownAs: Readonly<Record<string, (text: string) => string>> = { host: shownAddress, state: shownState };

function settingOf(name: string, { options, env, loaded, home }: Sources): Setting {
  const made = (source: Setting['source'], value: unknown, from: string | null): Setting => ({
    name,
    value: shownAs[name] !== undefined && typeof value === 'string' ? shownAs[name](value) : value,
    source,
    from,
    secret: false,
  });
  if (options.has(name)) return made('option', options.get(name), longOption(name, options.get(name)));
  const { env: given = [], yieldsTo = [] } = optionRecords.get(name) ?? {};
  const variables = name === 'stateDir' ? ['RELAY_STATE_DIR', 'XDG_STATE_HOME'] : [...given].concat(yieldsTo);
  const variable = variables.find((each) => env[each]);
  if (variable !== undefined)
    return made('environment', name === 'stateDir' ? stateDir(env, home) : env[variable], variable);
  const value = (loaded.config as Record<string, unknown>)[name];
  if (value !== undefined) return made('file', value, `${loaded.file ?? ''}:${loaded.lineOf([name])}`);
  if (name === 'stateDir') return made('default', stateDir(env, home), null);
  return made('default', (defaults as Record<string, unknown>)[name] ?? null, null);
}

function secretOf(name: string, of: readonly string[], env: Environment): Setting {
  const variable = of.find((each) => env[each]);
  if (variable === undefined) return { name, value: null, source: 'default', from: null, secret: true };
  return { name, value: null, source: 'environment', from: variable, secret: true };
}

/** The proxy for hosts that `noProxy` does not have, without its login. */
function proxiesOf(env: Environment): Setting[] {
  const { no_proxy: lower, NO_PROXY: upper, ...rest } = env;
  const proxy = proxyFor('https://host.invalid', rest, () => undefined);
  const row = (name: string, value: string | null, from: string | null): Setting => ({
    name,
    value,
    source: from === null ? 'default' : 'environment',
    from,
    secret: false,
  });
  return [
    row('proxy', proxy?.address ?? null, proxy?.variable ?? null),
    row('noProxy', lower || upper || null, lower ? 'no_proxy' : upper ? 'NO_PROXY' : null),
  ];
}

function hostsOf({ file, config, lineOf }: LoadedConfig): Setting[] {
  return Object.entries(config.hosts ?? {}).flatMap(([host, entry]) =>
    Object.entries(entry).flatMap(([name, value]): Setting[] => {
      const from = `${file ?? ''}:${lineOf(['hosts', host, name])}`;
      return [{ name: `hosts.${host}.${name}`, value, source: 'file', from, secret: false }];
    }),
  );
}
