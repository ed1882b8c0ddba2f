import { counted, formatCount } from '../../core/counted.ts';
import { durationText } from '../text/format.ts';
import { markup, type Markup } from '../forms/markup.ts';
import { percent } from './scale.ts';
import { percentile, type TestTime } from './test-times.ts';

/** Where the bins of the histogram part; each power of ten has these. */
const edges = [1, 1.5, 2, 3, 4, 5, 7];
const height = 110;
const tones = ['good', 'unsure', 'bad'] as const;

interface Bin {
  from: number;
  to: number;
  counts: Record<(typeof tones)[number], number>;
  all: number;
}

/** How long the tests took: a histogram on a logarithmic axis, and the percentiles in words. */
export function latency(tests: readonly TestTime[]): Markup {
  // Of one test there is nothing to compare.
  if (tests.length < 2) return markup``;
  const sorted = tests.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const bins = binsOf(tests);
  const most = bins.reduce((peak, { all }) => Math.max(peak, all), 1);
  const marks = (
    [
      ['median', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
      ['slowest', 1],
    ] as const
  ).map(([word, share]) => markup`<div><dt>${word}<dd>${durationText(percentile(sorted, share) ?? 0)}</div>`);
  return markup`<section><h2>Test latency</h2>
<p class="note">From the first try to the verdict, with the pauses between tries. ${counted(tests.length, 'test')}, the axis is logarithmic.</p>
<dl class="marks">${marks}</dl>
<svg class="histogram${bins.length > 10 ? ' many' : ''}" width="100%" height="${height + 34}" role="img" aria-label="Histogram of test latencies">
${bins.map((bin, index) => column(bin, index / bins.length, 1 / bins.length, most))}
<line class="base" x2="100%" y1="${height + 16}" y2="${height + 16}"/>
${axisLabels(bins)}
</svg></section>
`;
}

function binsOf(tests: readonly TestTime[]): Bin[] {
  const least = tests.reduce((low, { ms }) => Math.min(low, ms), Infinity);
  const most = tests.reduce((high, { ms }) => Math.max(high, ms), 1);
  const all = Array.from({ length: 20 }, (_, power) => edges.map((edge) => edge * 10 ** power)).flat();
  const first = Math.max(0, all.findLastIndex((edge) => edge <= least) - 1);
  const last = Math.max(first + 8, all.findIndex((edge) => edge > most) + 1);
  const bins = all.slice(first, last).map((from, index): Bin => {
    const to = all[first + index + 1] ?? Infinity;
    return { from, to, counts: { good: 0, unsure: 0, bad: 0 }, all: 0 };
  });
  for (const { ms, tone } of tests) {
    const bin = bins.find(({ to }) => ms < to) ?? bins.at(-1);
    if (bin === undefined) continue;
    bin.counts[tone] += 1;
    bin.all += 1;
  }
  return bins;
}

function column({ from, to, counts, all }: Bin, at: number, wide: number, most: number): Markup {
  if (all === 0) return markup``;
  const base = height + 16;
  let top = base;
  const parts = tones.map((tone) => {
    if (counts[tone] === 0) return markup``;
    // What is there is seen, however little it is.
    const tall = Math.max(2, Number(((counts[tone] / most) * height).toFixed(1)));
    top -= tall;
    return markup`<rect class="bar ${tone}" x="${percent(at + wide * 0.06)}" width="${percent(wide * 0.88)}" y="${top}" height="${tall}"/>`;
  });
  const failed = counts.bad > 0 ? `, ${formatCount(counts.bad)} failed` : '';
  return markup`<g><title>${durationText(from)} to ${durationText(to)}: ${counted(all, 'test')}${failed}</title>${parts}<text x="${percent(at + wide / 2)}" y="${top - 4}" text-anchor="middle">${formatCount(all)}</text></g>`;
}

/** A label at each bin's left edge that is 1, 2 or 5 times a power of ten, as long as they have room. */
function axisLabels(bins: readonly Bin[]): Markup[] {
  const roomy = bins.length <= 12 ? [1, 2, 5] : [1];
  return bins.flatMap(({ from }, index) => {
    const power = 10 ** Math.floor(Math.log10(from) + 1e-9);
    if (!roomy.includes(Math.round((from / power) * 10) / 10)) return [];
    const x = percent(index / bins.length);
    return [
      markup`<line class="base" x1="${x}" x2="${x}" y1="${height + 16}" y2="${height + 20}"/><text class="tick" x="${x}" y="${height + 32}" text-anchor="${index === 0 ? 'start' : 'middle'}">${labelText(from)}</text>`,
    ];
  });
}

function labelText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${ms / 1000} s` : durationText(ms);
}
