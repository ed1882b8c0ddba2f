import { durationText } from '../text/format.ts';
import { markup, type Markup } from '../forms/markup.ts';
import { along, percent, timeTicks } from './scale.ts';

/** The head of the time axis. */
export function axis(span: number): Markup {
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

/** The lines of the axis, for one row. */
export function grid(span: number): Markup {
  const lines = timeTicks(span).map(
    (tick) => markup`<line x1="${along(tick, span)}" x2="${along(tick, span)}" y2="100%"/>`,
  );
  return markup`<g class="grid">${lines}</g>`;
}
