import { Help } from 'commander';
import { fold } from '../../report/text/fold.ts';

/** Below so many columns the description stands under the option, not beside it. */
const narrowScreen = 70;

/** One command or option with its description, as `Help.formatItem` of commander does it; readable on narrow screens too. */
export function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const columns = helper.helpWidth ?? 80;
  if (columns >= narrowScreen) return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  const below = description === '' ? [] : [fold(`      ${description.replaceAll('|', ' | ')}`, columns, 0)];
  return [`  ${term}`, ...below].join('\n');
}
