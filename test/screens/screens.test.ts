import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CheckList } from '../../src/host/diagnosis.ts';
import { doctorReport } from '../../src/report/doctor-report.ts';
import { closingText } from '../../src/report/text/footer-text.ts';
import { connectionText, resultText } from '../../src/report/text/result-text.ts';
import { importsText } from '../../src/report/text/units-text.ts';
import { doctorText } from '../../src/report/text/doctor-text.ts';
import { firstSteps } from '../../src/cli/help/first-steps.ts';
import { overviewText } from '../../src/report/text/overview-text.ts';
import { planText } from '../../src/report/text/plan-text.ts';
import { reportText } from '../../src/report/text/report-text.ts';
import { runsText } from '../../src/report/text/runs-text.ts';
import { statusText } from '../../src/report/text/status-text.ts';
import { widthOf } from '../../src/report/text/fold.ts';
import type { UnitReport } from '../../src/report/outputs/imports-schema.ts';
import type { Report } from '../../src/report/report-schema.ts';
import type { RunsOutput } from '../../src/report/outputs/run-schemas.ts';
import type { Style } from '../../src/core/style.ts';
import {
  changingPlan,
  firstPlan,
  importOf,
  importOfNothing,
  largeStatus,
  overview,
  untestedHundred,
} from './samples.ts';

interface Screen {
  style: Style;
  columns: number;
}

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, good: same, bad: same, unsure: same };
const colour = (code: number) => (text: string) => `\u001B[${code}m${text}\u001B[0m`;
const coloured: Style = { bold: colour(1), dim: colour(2), good: colour(32), bad: colour(31), unsure: colour(33) };

type ListedRun = RunsOutput['runs'][number];

const aRun = (own: Pick<ListedRun, 'id' | 'state' | 'exitCode'> & Partial<ListedRun>): ListedRun => ({
  startedAt: '2026-11-18T12:00:00.000Z',
  finishedAt: '2026-11-18T12:00:02.100Z',
  host: 'https://gateway.example.org',
  provider: 'acme',
  machine: 'ci-runner-1',
  keys: 3,
  made: 6,
  supersededBy: null,
  ...own,
});
const latest = '20261120-120000-aaaaaa';
const runs = [
  aRun({ id: latest, state: 'succeeded', exitCode: 0, finishedAt: '2026-11-20T12:00:49.000Z' }),
  aRun({
    id: '20261119-120000-bbbbbb',
    state: 'superseded',
    exitCode: null,
    finishedAt: null,
    supersededBy: latest,
  }),
  aRun({ id: '20261118-120000-cccccc', state: 'rolled_back', exitCode: 4 }),
  aRun({ id: '20261118-110000-dddddd', state: 'partially_succeeded', exitCode: 130 }),
  aRun({ id: '20261118-100000-eeeeee', state: 'rolled_back', exitCode: 143 }),
];

function wrongAddress() {
  const checks = new CheckList();
  const message = 'https://gateway.example.org/admin answers with a web page, not with the API of a host.';
  checks.fail('address', { message, hint: 'Give the root address: --host https://gateway.example.org.' });
  return doctorReport('https://gateway.example.org/admin', null, checks.all(['address', 'version', 'login']));
}

function unitOf(host: string, report: Report): UnitReport {
  return { ...report, unit: { host, provider: report.provider.id, access: report.accessMode } };
}

function wholeFleet(exitCode: number) {
  return { exitCode, fleet: { digest: 'sha256:00', shard: { index: 1, of: 1 }, missing: [] } };
}

/** Forty hosts with two providers each: most are fine, one is down, and some have keys that do not work. */
function largeFleet(): UnitReport[] {
  return Array.from({ length: 40 }, (_, index) => `host-${String(index + 1).padStart(2, '0')}`).flatMap(
    (host, index) => [
      unitOf(host, importOf(10, index % 13 === 5 ? 2 : 0, { mode: index % 2 === 0 ? 'partial' : 'strict' })),
      unitOf(host, importOf(5, 0, { access: 'self_service' })),
    ],
  );
}

/** Every screen of which a renderer makes the lines. */
const screens: Record<string, (screen: Screen) => string> = {
  'result-first-import': (screen) => resultText(importOf(3, 0), { ...screen, lasting: true }),
  'result-nothing-to-do': (screen) => resultText(importOfNothing(), { ...screen, lasting: true }),
  'result-partial': (screen) => resultText(importOf(1000, 7, { mode: 'partial' }), { ...screen, lasting: true }),
  'result-of-several': (screen) =>
    importsText(
      [unitOf('eu-1', importOf(3, 0)), unitOf('eu-2', importOf(1000, 7, { mode: 'partial' }))],
      wholeFleet(5),
      screen,
    ),
  'result-of-a-fleet': (screen) => importsText(largeFleet(), wholeFleet(6), screen),
  'result-merged-in-part': (screen) =>
    importsText(
      largeFleet().slice(0, 3),
      { ...wholeFleet(6), fleet: { ...wholeFleet(6).fleet, missing: [2, 5].map((index) => ({ index, of: 10 })) } },
      screen,
    ),
  'result-last-words': () => closingText(importOf(4, 1, { mode: 'partial' }), { same: 'relay import …' }).join('\n'),
  'report-show': (screen) => reportText(importOf(3, 1, { mode: 'partial' }), screen),
  'plan-first': (screen) => planText([firstPlan()], screen),
  'plan-changes': (screen) => planText([changingPlan()], screen),
  'plan-of-several': (screen) => planText([firstPlan(), changingPlan()], screen),
  'status-of-1000': (screen) => statusText(largeStatus(), { ...screen, accounts: 'folded' }),
  'status-many-alike': (screen) => statusText(largeStatus(untestedHundred), { ...screen, accounts: 'folded' }),
  'status-problems': (screen) => statusText(largeStatus(), { ...screen, accounts: 'problems' }),
  'first-steps': ({ columns }) => firstSteps(columns),
  'status-of-a-host': (screen) => overviewText(overview(), screen),
  'doctor-wrong-address': ({ style, columns }) => doctorText(wrongAddress(), style, columns),
  'runs-list': (screen) => runsText(runs, 7, screen),
  connect: (screen) => {
    const { connect } = importOf(1, 0);
    if (connect === null) throw new Error('nothing to connect to');
    return connectionText(connect, screen);
  },
};

/** Lines of a command that is copied stand as they are. */
const isCommand = (line: string) => /curl|^ +-[A-Za-z] |^ +relay /.test(line);

describe.each(Object.entries(screens))('%s', (name, render) => {
  it.each([40, 80, 120])('fits %i columns', async (columns) => {
    const text = render({ style: plain, columns });
    await expect(`${text}\n`).toMatchFileSnapshot(`./${columns}/${name}.txt`);
    if (name === 'result-last-words') return;
    expect(text.split('\n').filter((line) => widthOf(line) > columns && !isCommand(line))).toEqual([]);
  });

  it('has colours that say no more than the words', async () => {
    const text = render({ style: coloured, columns: 80 });
    await expect(`${text.replaceAll('\u001B', '␛')}\n`).toMatchFileSnapshot(`./80-colour/${name}.txt`);
    const uncoloured = text.replaceAll(/\u001B\[\d+m/g, '');
    expect(uncoloured).toBe(render({ style: plain, columns: 80 }));
  });
});

it('shows every renderer of text for a screen', () => {
  const folder = new URL('../../src/report/text/', import.meta.url);
  const renderers = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return [...text.matchAll(/^export function (\w+Text)\(([\s\S]*?)\): string/gm)].flatMap(
      ([, name = '', takes = '']) => (/columns|Screen/.test(takes) ? [name] : []),
    );
  });
  const own = readFileSync(new URL(import.meta.url), 'utf8');
  expect(renderers.length).toBeGreaterThan(6);
  expect(renderers.filter((name) => !own.includes(`${name}(`))).toEqual([]);
});
