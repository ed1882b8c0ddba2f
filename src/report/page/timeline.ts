import { counted, formatCount } from '../../core/counted.ts';
import { durationText } from '../text/format.ts';
import { markup, type Markup } from '../forms/markup.ts';
import type { Report } from '../report-schema.ts';
import { lanesOf, lanesRow } from './lanes.ts';
import { along } from './scale.ts';
import { titleOf, type TestTime } from './test-times.ts';
import { axis, grid } from './time-axis.ts';

/** Up to so many tests have a row each; more share lanes, and the slowest have rows. */
const maxRows = 40;
const slowestShown = 6;

interface Row {
  name: string;
  from: number;
  ms: number;
  kind: string;
  value: string;
  title: string;
}

/** When each stage and each account's test ran, on one time axis. */
export function timeline({ run }: Report, tests: readonly TestTime[]): Markup {
  const begin = Date.parse(run.startedAt);
  const stages = run.stages.map(({ name, startedAt, durationMs }): Row => {
    const from = Math.max(0, Date.parse(startedAt) - begin);
    return { name, from, ms: durationMs, kind: 'stage', value: durationText(durationMs), title: '' };
  });
  if (stages.length === 0 && tests.length === 0) return markup``;
  const ends = [run.durationMs, ...[...stages, ...tests].map(({ from, ms }) => from + ms)];
  const span = ends.reduce((latest, end) => Math.max(latest, end), 1);
  return markup`<section><h2>Timeline</h2>
<div class="time">
${axis(span)}
${stages.map((row) => rowOf(row, span))}
${tests.length === 0 ? null : testRows(tests, span)}
</div></section>
`;
}

function testRows(tests: readonly TestTime[], span: number): Markup {
  const note = tests.some(({ attempts }) => attempts > 1) ? '; hatched and ×n: tried n times' : '';
  if (tests.length <= maxRows)
    return markup`<p class="part">${counted(tests.length, 'account test')}${note}</p>${tests.map((test) => rowOf(testRow(test), span))}`;
  const lanes = lanesOf(tests);
  const slowest = tests.toSorted((a, b) => b.ms - a.ms).slice(0, slowestShown);
  return markup`<p class="part">${counted(tests.length, 'account test')}, up to ${formatCount(lanes.length)} at once${note}</p>
${lanesRow(lanes, span)}
<p class="part">The slowest</p>
${slowest.map((test) => rowOf(testRow(test), span))}`;
}

function testRow(test: TestTime): Row {
  const { name, from, ms, attempts, tone } = test;
  const tries = attempts > 1 ? ` ×${attempts}` : '';
  const kind = attempts > 1 ? `${tone} again` : tone;
  return { name, from, ms, kind, value: `${durationText(ms)}${tries}`, title: titleOf(test) };
}

function rowOf({ name, from, ms, kind, value, title }: Row, span: number): Markup {
  const place = markup`x="${along(from, span)}" y="4" width="${along(ms, span)}" height="10"`;
  const [tone = '', again] = kind.split(' ');
  const hatch = again === undefined ? null : markup`<rect class="hatch" ${place}/>`;
  return markup`<div class="row"><span class="name">${name}</span><svg width="100%" height="18">${grid(span)}<rect class="bar ${tone}" ${place}>${title === '' ? null : markup`<title>${title}</title>`}</rect>${hatch}</svg><span class="value">${value}</span></div>`;
}
