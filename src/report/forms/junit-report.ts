import { counted } from '../../core/counted.ts';
import { headline, plainWord } from '../text/headline.ts';
import { keyRows, type KeyRow } from './key-rows.ts';
import { joined, markup, type Markup } from './markup.ts';
import { leftoverLine, unresolvedLine } from '../text/leftover-text.ts';
import { besidesVerdicts } from '../text/problem-groups.ts';
import { shorten } from '../text/shorten.ts';
import { endsWell } from '../outcome.ts';
import type { Missing, ShownReport } from '../outputs/imports-schema.ts';
import type { Report } from '../report-schema.ts';
import { onlyReport, unitIds, unitName } from '../units.ts';

interface Case {
  name: string;
  ms: number;
  end: 'passed' | 'failed' | 'skipped';
  body: Markup;
}

/** What is told together of one import. */
interface Suite {
  name: string;
  /** What its cases have as their class. */
  place: string;
  report: Report;
  ms: number;
  cases: Case[];
}

/**
 * Reports as JUnit XML: of each import a test case for its outcome, for each stage, and for each line of the key file.
 * Some case of it fails whenever it exits with another code than 0 or 8, and one for each shard that is missing. What was undone with the run, not tried, or
 * stands on an earlier line is skipped. Where there are several, or one of several, the name of a suite tells of which
 * host, provider and access it is, and the class of its cases too, so that files of several shards can be read as one.
 */
export function junitReport(reports: readonly ShownReport[], missing: Missing = []): string {
  const only = onlyReport(reports);
  const ids = unitIds(reports);
  const suites =
    only === undefined
      ? reports.flatMap((report, index) => suitesOf(report, `${unitName(report)}: `, `relay.${ids[index]}`))
      : suitesOf(only, '', `relay.${only.provider.id}`);
  const absent = missing.map(missingCase);
  const all = [...absent, ...suites.flatMap(({ cases }) => cases)];
  const ms = reports.reduce((sum, { run }) => sum + run.durationMs, 0);
  const of = only === undefined ? counted(reports.length, 'import') : only.provider.id;
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="relay import of ${of}" ${counts(all)} time="${seconds(ms)}">
${absent.length === 0 ? markup`` : missingSuite(absent)}${suites.map(suiteOf)}</testsuites>
`.text;
}

/** A shard of which nothing is known fails. */
function missingCase({ index, of }: Missing[number]): Case {
  const message = 'The report of this shard is not there, so what became of its hosts is not known.';
  return { name: `shard ${index}/${of}`, ms: 0, end: 'failed', body: failure('SHARDS_MISSING', message, message) };
}

function missingSuite(cases: readonly Case[]): Markup {
  return markup`  <testsuite name="shards" ${counts(cases)} time="0.000">
${joined(
  cases.map((each) => caseOf(each, 'relay.shards')),
  '\n',
)}
  </testsuite>
`;
}

function suitesOf(report: Report, name: string, place: string): Suite[] {
  const run = [outcomeCase(report), ...stageCases(report)];
  return [
    { name: `${name}run`, place: `${place}.run`, report, ms: report.run.durationMs, cases: run },
    { name: `${name}keys`, place: `${place}.keys`, report, ms: verifyMs(report), cases: keyRows(report).map(keyCase) },
  ];
}

function suiteOf({ name, place, report: { run, host }, ms, cases }: Suite): Markup {
  return markup`  <testsuite name="${name}" ${counts(cases)} time="${seconds(ms)}" timestamp="${run.startedAt.slice(0, 19)}">
    <properties>
      <property name="run" value="${run.id}"/>
      <property name="host" value="${host.url}"/>
    </properties>
${joined(
  cases.map((each) => caseOf(each, place)),
  '\n',
)}
  </testsuite>
`;
}

function caseOf({ name, ms, body }: Case, place: string): Markup {
  const head = markup`    <testcase classname="${place}" name="${name}" time="${seconds(ms)}"`;
  return body.text === '' ? markup`${head}/>` : markup`${head}>${body}</testcase>`;
}

function outcomeCase(report: Report): Case {
  const { exitCode, batchStatus } = report;
  const { title, sentence } = headline(report);
  const fine = endsWell(exitCode);
  const message = `${title}, exit code ${exitCode}. ${sentence}`;
  const left = [...report.leftovers.map(leftoverLine), ...report.unsettled.map(unresolvedLine)].map((line) =>
    line.trim(),
  );
  const body = fine ? markup`` : failure(batchStatus, message, [message, ...left].join('\n'));
  return { name: 'outcome', ms: report.run.durationMs, end: fine ? 'passed' : 'failed', body };
}

/** The stages in their order, and those that only an error tells of. */
function stageCases(report: Report): Case[] {
  const errors = besidesVerdicts(report.errors, report);
  const ran = report.run.stages.map(({ name, durationMs }) => ({ name, ms: durationMs }));
  const others = new Set(errors.map(({ stage }) => stage).filter((stage) => ran.every(({ name }) => name !== stage)));
  return [...ran, ...[...others].map((name) => ({ name, ms: 0 }))].map(({ name, ms }): Case => {
    const [first, ...more] = errors.filter(({ stage }) => stage === name);
    if (first === undefined) return { name: `stage ${name}`, ms, end: 'passed', body: markup`` };
    const told = [first, ...more].map(({ code, message, hint }) => `${code}: ${shorten(message)} ${hint}`);
    return {
      name: `stage ${name}`,
      ms,
      end: 'failed',
      body: failure(first.code, shorten(first.message), told.join('\n')),
    };
  });
}

function keyCase(row: KeyRow): Case {
  const key = row.last4 === '' ? (row.fingerprint ?? '') : `…${row.last4}`;
  const name = [`line ${row.line}`, row.account?.name ?? '', key].filter((part) => part !== '').join(' ');
  const said = row.code === null ? row.message : `${row.code}: ${row.message}`;
  const base = { name, ms: row.ms };
  if (row.tone === 'bad') return { ...base, end: 'failed', body: failure(row.code ?? row.outcome, row.message, said) };
  if (row.tone === 'none')
    return { ...base, end: 'skipped', body: markup`<skipped message="${plainWord(row.outcome)}: ${said}"/>` };
  return { ...base, end: 'passed', body: said === '' ? markup`` : markup`<system-out>${said}</system-out>` };
}

function failure(type: string, message: string, text: string): Markup {
  return markup`<failure type="${type}" message="${message}">${text}</failure>`;
}

function counts(cases: readonly Case[]): Markup {
  const of = (end: Case['end']) => cases.filter((each) => each.end === end).length;
  return markup`tests="${cases.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}"`;
}

function verifyMs({ run }: Report): number {
  return run.stages.filter(({ name }) => name === 'verify').reduce((sum, { durationMs }) => sum + durationMs, 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
