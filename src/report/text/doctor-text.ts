import type { CheckState } from '../../host/diagnosis.ts';
import type { Style } from '../../core/style.ts';
import type { DoctorReport } from '../doctor-report.ts';
import { fold } from './fold.ts';

/** Below so many columns the message stands under the name, not beside it. */
const narrowScreen = 70;

const stateWidth = 'skipped'.length;

/** The checks for people, one below the other, and what they come to. */
export function doctorText({ host, checks, ok }: DoctorReport, style: Style, columns: number): string {
  const what = host.kind === null ? '' : ` (${host.kind} ${host.version ?? ''})`;
  const nameWidth = Math.max(...checks.filter(({ state }) => state !== 'skipped').map(({ name }) => name.length));
  const lines = shownOf(checks).flatMap(({ name, state, message, hint }) => {
    const word = toneOf(state, style)(state.padEnd(stateWidth));
    const told = state === 'skipped' ? style.dim : (text: string) => text;
    const advice = hint === null ? [] : [`→ ${hint}`];
    const folded = (room: number) => [message, ...advice].flatMap((text) => fold(text, room, 0).split('\n'));
    if (columns < narrowScreen) {
      const below = folded(columns - 4);
      return [`${word} ${style.bold(name)}`, ...below.map((line) => `    ${told(line)}`)];
    }
    const begin = stateWidth + nameWidth + 4;
    const [first = '', ...more] = folded(columns - begin);
    const pad = ' '.repeat(begin);
    return [`${word}  ${name.padEnd(nameWidth)}  ${told(first)}`, ...more.map((line) => `${pad}${told(line)}`)];
  });
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const [failed, warned] = [count('failure'), count('warning')];
  const sum = ok
    ? warned === 0
      ? style.good('relay can work on this host.')
      : style.unsure(`relay can work on this host; ${warned === 1 ? '1 warning' : `${warned} warnings`}.`)
    : style.bad(`${failed === 1 ? '1 check' : `${failed} checks`} failed.`);
  return [style.bold(`${host.url}${what}`), '', ...lines, '', sum].join('\n');
}

/** What was skipped for one reason stands in one line. */
function shownOf(
  checks: DoctorReport['checks'],
): Pick<DoctorReport['checks'][number], 'name' | 'state' | 'message' | 'hint'>[] {
  const skipped = checks.filter(({ state, message }) => state === 'skipped' && message.startsWith('not looked at'));
  const [first] = skipped;
  if (first === undefined || skipped.length === 1) return checks;
  const names = `${first.message.replace('because of: ', 'because of ')}: ${skipped.map(({ name }) => name).join(', ')}`;
  const one = { name: '', state: first.state, message: names, hint: null };
  return [...checks.filter((check) => !skipped.includes(check)), one];
}

function toneOf(state: CheckState, style: Style): (text: string) => string {
  return { pass: style.good, warning: style.unsure, failure: style.bad, skipped: style.dim }[state];
}
