import { markup, type Markup } from '../forms/markup.ts';
import { titleOf, type TestTime } from './test-times.ts';
import { grid } from './time-axis.ts';

/** Up to so many bars tell by themselves what they are. */
const maxTitles = 400;

/** The height of all lanes together, in pixels, unless that made one too thin to be seen or too thick to be read. */
const wantedHeight = 320;
const laneHeights = { least: 2, most: 14 };

const tones = ['good', 'unsure', 'bad'] as const;

interface Bar {
  test: TestTime;
  /** Its outline, as a piece of a path. */
  outline: string;
}

/** Shares the tests out over lanes, so that no two in one lane overlap; as many lanes as ran at once. */
export function lanesOf(tests: readonly TestTime[]): TestTime[][] {
  const lanes: { end: number; tests: TestTime[] }[] = [];
  for (const test of tests) {
    let lane = lanes.find(({ end }) => end <= test.from);
    if (lane === undefined) {
      lane = { end: 0, tests: [] };
      lanes.push(lane);
    }
    lane.tests.push(test);
    lane.end = test.from + test.ms;
  }
  return lanes.map((lane) => lane.tests);
}

/**
 * The lanes as few shapes: one for all bars of a tone, and one with a title for each that needs a look, up to a number.
 * They lie in a box of a thousand units that is stretched to the page.
 */
export function lanesRow(lanes: readonly TestTime[][], span: number): Markup {
  const { least, most } = laneHeights;
  const laneHeight = Math.max(least, Math.min(most, Math.floor(wantedHeight / lanes.length)));
  const height = lanes.length * laneHeight;
  const bars = lanes.flatMap((tests, lane) => tests.map((test) => barOf(test, lane, laneHeight, span)));
  const again = bars.filter(({ test }) => test.attempts > 1);
  const titled = new Set(bars.filter(({ test }) => test.tone !== 'good' || test.attempts > 1).slice(0, maxTitles));
  const plain = tones.map((tone) => {
    const outlines = bars.filter((bar) => bar.test.tone === tone && !titled.has(bar)).map(({ outline }) => outline);
    return outlines.length === 0 ? markup`` : markup`<path class="bar ${tone}" d="${outlines.join('')}"/>`;
  });
  const told = [...titled].map(
    ({ test, outline }) => markup`<path class="bar ${test.tone}" d="${outline}"><title>${titleOf(test)}</title></path>`,
  );
  // Thinner lanes have no room for a hatch.
  const hatch =
    again.length === 0 || laneHeight < 6
      ? null
      : markup`<path class="hatch" d="${again.map(({ outline }) => outline).join('')}"/>`;
  return markup`<div class="row lanes"><span class="name">all tests</span><svg width="100%" height="${height}">${grid(span)}<svg width="100%" height="100%" viewBox="0 0 1000 ${height}" preserveAspectRatio="none">${plain}
${told}${hatch}</svg></svg><span></span></div>`;
}

function barOf(test: TestTime, lane: number, laneHeight: number, span: number): Bar {
  const gap = laneHeight > 5 ? 2 : laneHeight > 3 ? 1 : 0;
  const unit = (ms: number) => Number(((ms / span) * 1000).toFixed(2));
  const width = Math.max(0.6, unit(test.ms));
  const outline = `M${unit(test.from)} ${lane * laneHeight}h${width}v${laneHeight - gap}h-${width}z`;
  return { test, outline };
}
