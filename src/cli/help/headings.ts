import type { OptionRecord } from '../../config/options/option-record.ts';
import { hostTable } from '../../config/options/host-table.ts';
import { printTable } from '../../config/options/print-table.ts';

const usual = ['pack', 'keys', 'host'];
const consent = ['yes', 'adopt', 'allowMassRemoval', 'acceptTerms', 'packSha256'];
const reports = ['report', 'html', 'markdown', 'junit', 'github'];

/** Under which heading the help of a command names an option. */
export function optionHeading(name: string, { on }: OptionRecord): string {
  if (on === 'all') return 'Global options:';
  if (usual.includes(name)) return 'Usual options:';
  if (Object.hasOwn(hostTable, name)) return 'Host and login:';
  if (consent.includes(name)) return 'Consent:';
  if (reports.includes(name)) return 'Reports:';
  return Object.hasOwn(printTable, name) ? 'Output:' : 'Options:';
}

/** In which order the headings stand. */
export const headingOrder = ['Usual options:', 'Options:', 'Consent:', 'Host and login:', 'Reports:', 'Output:'];

/** Commands by what people want, in the order of the help. */
const commandHeadings: readonly (readonly [string, readonly string[]])[] = [
  ['Bring a vendor up:', ['import', 'plan', 'connect']],
  ['Look after it:', ['status', 'probe', 'revoke', 'remove']],
  ['Runs:', ['runs', 'resume', 'rollback']],
  ['Packs:', ['packs', 'validate']],
  ['Hosts and set-up:', ['doctor', 'config', 'sandbox', 'completion']],
  ['Reports and help:', ['report', 'explain', 'help']],
];

/** Under which heading the help of the program names a command. */
export function commandHeading(name: string): string {
  const [first = ''] = name.split(' ');
  return commandHeadings.find(([, names]) => names.includes(first))?.[0] ?? 'Commands:';
}
