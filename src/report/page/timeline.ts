import { counted, countText, durationText } from '../amounts.ts';
import { joined, markup, type Markup } from '../markup.ts';
import type { Report } from '../report-schema.ts';
import { along, percent, timeTicks } from './scale.ts';
import { lanesOf, type TestTime } from './test-times.ts';

/** Up to so many tests have a row each; more share lanes, and the slowest have rows. */
const mostRows = 40;
const slowestShown = 6;

/** Up to so many bars in lanes tell by themselves what they are. */
const mostTitles = 400;

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
<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="again" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" /></pattern></defs></svg>
${axis(span)}
${stages.map((row) => rowOf(row, span))}
${tests.length === 0 ? null : testRows(tests, span)}
</div></section>
`;
}

function axis(span: number): Markup {
  const labels = timeTicks(span).map((tick) => {
    const share = tick / span;
    const anchor = share < 0.04 ? 'start' : share > 0.94 ? 'end' : 'middle';
    return markup`<text x="${percent(share)}" y="11" text-anchor="${anchor}">${tick === 0 ? '0' : tickText(tick)}</text>`;
  });
  return markup`<div class="row axis"><span></span><svg width="100%" height="16">${labels}</svg><span></span></div>`;
}

/** Round times, without the digits that are always zero. */
function tickText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${ms / 1000} s` : durationText(ms).replace(' 00 s', '').replace(' 00 min', '');
}

function grid(span: number): Markup {
  const lines = timeTicks(span).map(
    (tick) => markup`<line x1="${along(tick, span)}" x2="${along(tick, span)}" y2="100%"/>`,
  );
  return markup`<g class="grid">${lines}</g>`;
}

function testRows(tests: readonly TestTime[], span: number): Markup {
  const note = tests.some(({ attempts }) => attempts > 1) ? '; hatched and ×n: tried n times' : '';
  if (tests.length <= mostRows)
    return markup`<p class="part">${counted(tests.length, 'account test')}${note}</p>${tests.map((test) => rowOf(testRow(test), span))}`;
  const lanes = lanesOf(tests);
  const slowest = tests.toSorted((a, b) => b.ms - a.ms).slice(0, slowestShown);
  return markup`<p class="part">${counted(tests.length, 'account test')}, up to ${countText(lanes.length)} at once${note}</p>
${lanesRow(lanes, span)}
<p class="part">The slowest</p>
${slowest.map((test) => rowOf(testRow(test), span))}`;
}

function testRow({ name, from, ms, attempts, tone, code }: TestTime): Row {
  const tries = attempts > 1 ? ` ×${attempts}` : '';
  const kind = attempts > 1 ? `${tone} again` : tone;
  return { name, from, ms, kind, value: `${durationText(ms)}${tries}`, title: titleOf({ name, ms, attempts, code }) };
}

function titleOf({ name, ms, attempts, code }: Pick<TestTime, 'name' | 'ms' | 'attempts' | 'code'>): string {
  return [name, code ?? '', durationText(ms), attempts > 1 ? `${attempts} tries` : ''].filter(Boolean).join(' · ');
}

function rowOf({ name, from, ms, kind, value, title }: Row, span: number): Markup {
  const place = markup`x="${along(from, span)}" y="4" width="${along(ms, span)}" height="10"`;
  const [tone = '', again] = kind.split(' ');
  const hatch = again === undefined ? null : markup`<rect class="hatch" ${place}/>`;
  return markup`<div class="row"><span class="name">${name}</span><svg width="100%" height="18">${grid(span)}<rect class="bar ${tone}" ${place}>${title === '' ? null : markup`<title>${title}</title>`}</rect>${hatch}</svg><span class="value">${value}</span></div>`;
}

/**
 * The lanes as few shapes: one for all that passed at once, and one for each test that did not, up to a number. They lie
 * in a box of a thousand units that is stretched to the page.
 */
function lanesRow(lanes: readonly TestTime[][], span: number): Markup {
  const laneHeight = Math.max(2, Math.min(14, Math.floor(320 / lanes.length)));
  const gap = laneHeight > 5 ? 2 : laneHeight > 3 ? 1 : 0;
  const shapes = lanes.flatMap((tests, lane) =>
    tests.map((test) => {
      const unit = (ms: number) => Number(((ms / span) * 1000).toFixed(2));
      const width = Math.max(0.6, unit(test.ms));
      return { test, d: `M${unit(test.from)} ${lane * laneHeight}h${width}v${laneHeight - gap}h-${width}z` };
    }),
  );
  const plain = shapes.filter(({ test }) => test.tone === 'good' && test.attempts === 1);
  const others = shapes.filter(({ test }) => test.tone !== 'good' || test.attempts > 1);
  const marked = others.slice(0, mostTitles);
  const all = (tone: string, each: typeof shapes) =>
    each.length === 0 ? null : markup`<path class="bar ${tone}" d="${each.map(({ d }) => d).join('')}"/>`;
  const height = lanes.length * laneHeight;
  return markup`<div class="row lanes"><span class="name">all tests</span><svg width="100%" height="${height}">${grid(span)}<svg width="100%" height="100%" viewBox="0 0 1000 ${height}" preserveAspectRatio="none">
${all('good', plain)}
${joined(
  ['good', 'unsure', 'bad'].flatMap(
    (tone) =>
      all(
        tone,
        others.slice(mostTitles).filter(({ test }) => test.tone === tone),
      ) ?? [],
  ),
)}
${marked.map(({ test, d }) => markup`<path class="bar ${test.tone}" d="${d}"><title>${titleOf(test)}</title></path>${test.attempts > 1 ? markup`<path class="hatch" d="${d}"/>` : null}`)}
</svg></svg><span></span></div>`;
}
