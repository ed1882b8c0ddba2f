import type { Finding } from '../text/finding.ts';
import { readSource } from '../text/read-source.ts';
import { checkFacts, checkSoundFacts } from './checks/check-facts.ts';
import { findKeys } from './checks/check-secrets.ts';
import { checkShape } from './checks/check-shape.ts';
import { digestOf } from './digest.ts';
import type { PackOrigin, PackReading } from './read-pack.ts';
import type { RuleCode } from './rules.ts';

/** The most findings that are told of a manifest, and their length in characters. */
const maxFindings = 100;
const maxMessageLength = 400;

/** Reads and checks what would stand in the file of a pack; it never throws. `id`: the name that the pack must have. */
export async function inspectBytes(
  file: string,
  bytes: Buffer,
  origin: PackOrigin,
  id: string | null,
): Promise<PackReading> {
  const read = await readSource<RuleCode>(file, bytes);
  const { lines } = read;
  const keys = findKeys(file, lines);
  const refused = (findings: Finding[]): PackReading => ({ file, lines, findings: inOrder([...keys, ...findings]) });
  if (read.source === undefined) return refused(read.findings);
  const { source, value } = read;
  const shape = checkShape(source, value);
  const { manifest } = shape;
  if (manifest === undefined) return refused([...shape.findings, ...checkSoundFacts(source, shape.sound)]);
  const facts = checkFacts(source, manifest);
  if (id !== null && manifest.id !== id)
    facts.push(source.finding(['id'], 'ID_DIFFERS', `the pack "${manifest.id}" is in the folder "${id}"`));
  if ([...keys, ...facts].some((finding) => finding.severity === 'error')) return refused(facts);
  return {
    file,
    lines,
    findings: inOrder(facts),
    pack: { ...manifest, origin, file, digest: digestOf(bytes), shadows: [] },
    findingAt: async (place, code, message, severity) => source.finding(place, code, message, severity),
  };
}

function inOrder(unordered: Finding[]): Finding[] {
  const findings = unordered
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    // A message quotes the text, which may be anything.
    .map((each) => ({ ...each, message: each.message.replace(/\p{C}/gu, '\uFFFD').slice(0, maxMessageLength) }));
  const last = findings[maxFindings];
  if (last === undefined) return findings;
  const more = `and ${findings.length - maxFindings} more`;
  return [...findings.slice(0, maxFindings), { ...last, code: 'TOO_MANY', message: more }];
}
