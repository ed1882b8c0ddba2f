import type { ConfigFile } from './config-schema.ts';
import { parseDuration } from './duration.ts';
import type { Environment } from './host-settings.ts';

/** Settings that are no options, and those of which host and login are made, where the environment has its say. */
const notOptions = new Set(['$schema', 'hosts', 'packDirs', 'host', 'adminKeyFile', 'adminEmail', 'adminPasswordFile']);

/** Options that in other commands mean something else, narrow down what is meant, or would write over what was done. */
const onlyFor: Readonly<Record<string, readonly string[]>> = {
  access: ['import', 'plan'],
  baseUrl: ['import', 'plan'],
  html: ['import', 'resume'],
  markdown: ['import', 'resume'],
  junit: ['import', 'resume'],
};

/**
 * The settings of a configuration file as values of a command's options, in the form in which options are handed over:
 * durations in milliseconds. What the environment gives is left out: it comes first.
 */
export function optionSettings(config: ConfigFile, command: string, env: Environment): Map<string, unknown> {
  const settings = Object.entries(config).filter(
    ([name]) =>
      !notOptions.has(name) &&
      (onlyFor[name]?.includes(command) ?? true) &&
      !(name === 'probeKeyFile' && env['RELAY_PROBE_KEY']),
  );
  return new Map(settings.map(([name, value]) => [name, handedOver(name, value)]));
}

function handedOver(name: string, value: unknown): unknown {
  const isDuration = name === 'timeout' || name === 'deadline' || name === 'gatewayWait';
  return isDuration && typeof value === 'string' ? parseDuration(value) : value;
}
