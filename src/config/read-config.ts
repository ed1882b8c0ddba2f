import { dirname, resolve } from 'node:path';
import { counted } from '../core/counted.ts';
import { RelayError } from '../core/relay-error.ts';
import { excerpt } from '../text/excerpt.ts';
import { placeText, type Finding } from '../text/finding.ts';
import { readSource } from '../text/read-source.ts';
import { shapeFindings } from '../text/shape-findings.ts';
import type { Path, SourceText } from '../text/source-text.ts';
import {
  configSchema,
  leftOut,
  pathSettings,
  plainSettings,
  wordsOfSettings,
  type ConfigFile,
} from './config-schema.ts';
import { coverValues } from './cover-values.ts';
import { isStateUrl } from './state-place.ts';

/** A configuration file that was read and found right. */
export interface ReadConfig {
  config: ConfigFile;
  /** The line on which a setting stands. */
  lineOf: (path: Path) => number;
}

type ConfigCode = 'UNKNOWN_FIELD' | 'MISSING_FIELD' | 'INVALID_VALUE';

/** The most faults that are told, and the width of a line shown with one. */
const maxFindings = 50;
const widest = 100;

/** Checks what a configuration file holds. Throws `CONFIG_INVALID` with every fault, its place and its line. */
export async function readConfig(file: string, bytes: Buffer): Promise<ReadConfig> {
  const read = await readSource<ConfigCode>(file, bytes);
  if (read.source === undefined) throw wrong(file, read.findings, read.lines);
  const { source, lines } = read;
  const { data, findings } = withoutLeftOut(source, read.value ?? {});
  const result = configSchema.safeParse(data);
  if (!result.success) {
    const words = { whole: 'the configuration', entry: 'setting' };
    findings.push(...shapeFindings(source, configSchema, data, result.error.issues, words));
  }
  if (!result.success || findings.length > 0) throw wrong(file, findings, lines);
  const lineOf = (path: Path) => source.finding(path, 'INVALID_VALUE', '').line;
  return { config: withPaths(result.data as ConfigFile, dirname(file)), lineOf };
}

/** Options that may not stand in a file are answered with why. */
function withoutLeftOut(source: SourceText<ConfigCode>, value: unknown): { data: unknown; findings: Finding[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { data: value, findings: [] };
  const names = Object.keys(value).filter((name) => Object.hasOwn(leftOut, name));
  const findings = names.map((name) =>
    source.keyFinding([], name, 'UNKNOWN_FIELD', `"${name}" cannot stand in a configuration file: ${leftOut[name]}`),
  );
  return { data: Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))), findings };
}

function wrong(file: string, unordered: readonly Finding[], lines: readonly string[]): RelayError {
  const findings = unordered.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const more = findings.length - maxFindings;
  const details = findings.slice(0, maxFindings).flatMap((finding) => {
    const line = lines[finding.line - 1];
    const shown =
      line === undefined ? [] : excerpt(line, finding.column, widest, (text) => coverValues(text, noSecrets));
    const gutter = ' '.repeat(String(finding.line).length);
    return [
      `${placeText(finding)}: ${finding.message.replace(/\p{C}/gu, '\uFFFD').slice(0, 300)}`,
      ...shown.map((text, index) => `  ${index === 0 ? finding.line : gutter} | ${text}`),
    ];
  });
  if (more > 0) details.push(`and ${more} more`);
  return new RelayError('CONFIG_INVALID', `The configuration file ${file} has ${counted(findings.length, 'fault')}.`, {
    details,
    hint: '`relay config schema` prints what it may hold; `--config FILE` names another.',
  });
}

/** Words of the schema may be seen in a line; what is no such word may be anything. */
const noSecrets = { words: new Set(wordsOfSettings()), settings: new Set(plainSettings()) };

function withPaths(config: ConfigFile, folder: string): ConfigFile {
  // A state may be an address, too.
  const at = (path: string) => (path === '-' || isStateUrl(path) ? path : resolve(folder, path));
  const placed = <T extends object>(settings: T): T =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [
        name,
        typeof value === 'string' && pathSettings.includes(name) ? at(value) : value,
      ]),
    ) as T;
  const { hosts, packDirs, pack } = config;
  return {
    ...placed(config),
    ...(packDirs === undefined ? {} : { packDirs: packDirs.map(at) }),
    // A word without a dot before it is the id of a pack.
    ...(pack !== undefined && /^\.{1,2}(?:$|[/\\])/.test(pack) ? { pack: at(pack) } : {}),
    ...(hosts === undefined
      ? {}
      : { hosts: Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, placed(host)])) }),
  };
}
