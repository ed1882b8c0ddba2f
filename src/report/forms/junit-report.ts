import { headline, plainWord } from '../text/headline.ts';
import { keyRows, type KeyRow } from './key-rows.ts';
import { joined, markup, type Markup } from './markup.ts';
import { leftoverLine, unresolvedLine } from '../text/leftover-text.ts';
import { besidesVerdicts } from '../text/problem-groups.ts';
import { shorten } from '../text/shorten.ts';
import type { Report } from '../report-schema.ts';

interface Case {
  name: string;
  ms: number;
  end: 'passed' | 'failed' | 'skipped';
  body: Markup;
}

/**
 * The report as JUnit XML: a test case for the outcome of the run, for each stage, and for each line of the key file.
 * Some case fails whenever the run exits with another code than 0 or 8. What was undone with the run, not tried, or
 * stands on an earlier line is skipped.
 */
export function junitReport(report: Report): string {
  const { run, provider } = report;
  const suites = [
    { name: 'run', ms: run.durationMs, cases: [outcomeCase(report), ...stageCases(report)] },
    { name: 'keys', ms: verifyMs(report), cases: keyRows(report).map(keyCase) },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const blocks = suites.map(
    ({
      name,
      ms,
      cases,
    }) => markup`  <testsuite name="${name}" ${counts(cases)} time="${seconds(ms)}" timestamp="${run.startedAt.slice(0, 19)}">
    <properties>
      <property name="run" value="${run.id}"/>
      <property name="host" value="${report.host.url}"/>
    </properties>
${joined(
  cases.map((each) => caseOf(each, `relay.${provider.id}.${name}`)),
  '\n',
)}
  </testsuite>
`,
  );
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="relay import of ${provider.id}" ${counts(all)} time="${seconds(run.durationMs)}">
${blocks}</testsuites>
`.text;
}

function caseOf({ name, ms, body }: Case, place: string): Markup {
  const head = markup`    <testcase classname="${place}" name="${name}" time="${seconds(ms)}"`;
  return body.text === '' ? markup`${head}/>` : markup`${head}>${body}</testcase>`;
}

function outcomeCase(report: Report): Case {
  const { exitCode, batchStatus } = report;
  const { title, sentence } = headline(report);
  const fine = exitCode === 0 || exitCode === 8;
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
