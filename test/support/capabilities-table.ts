import type { Can, Capabilities } from '../../src/host/capabilities.ts';
import { between } from './between.ts';
import { markdownTable } from './markdown-table.ts';

const begin = '<!-- capabilities: made by `npm run docs`; do not edit -->';
const end = '<!-- end of capabilities -->';

/** What of a host is told, in words for operators; the rest only concerns how relay works. */
const rows: readonly [string, (of: Capabilities) => string][] = [
  ['`--user` with subscription access', ({ grants }) => can(grants.subscription)],
  ['`--user` with self-service access', ({ grants }) => can(grants.self_service)],
  ['days of access, `--extend`', ({ grantDays }) => can(grantDays)],
  ['a key of its own for the gateway check', ({ clientKeys }) => can(clientKeys.subscription)],
  ['take an account out of service and keep it', ({ disable }) => can(disable)],
  ['two accounts of one key, `--accounts replace`', ({ sameKeyTwice }) => can(sameKeyTwice)],
  ['`concurrency` of one account', ({ accountSettings }) => can(accountSettings.concurrency)],
  ['`priority` of one account', ({ accountSettings }) => can(accountSettings.priority)],
  ['names of models with a `*`', ({ modelPatterns }) => can(modelPatterns)],
  ['keys are tested', ({ proof }) => (proof === 'before-create' ? 'before they are stored' : 'as accounts')],
  [
    'what a pack says to no effect',
    ({ ignores }) => ignores.map(({ field }) => `\`${field}\``).join(', ') || 'nothing',
  ],
  ['tests at once that it takes', ({ atOnce }) => String(atOnce.tests)],
  ['the lock is for', ({ lock }) => (lock === 'host' ? 'the host' : 'a provider of the host')],
];

function can(it: Can): string {
  return it.possible ? 'yes' : `no: ${it.why}`;
}

/** A page with the table of what each host can do, between its two marks. */
export function withCapabilities(page: string, hosts: Readonly<Record<string, Capabilities>>): string {
  const cells = rows.map(([title, of]) => [title, ...Object.values(hosts).map(of)]);
  return between(page, begin, end, markdownTable(['', ...Object.keys(hosts)], cells));
}
