// `npm run bench`: how fast relay is, in ratios to what nobody can do without, measured on this machine. Names of rows choose
// some of them: `npm run bench -- import-200 throttle`. `--pairs N`: how often each is measured. `--host URL` imports into a
// real sub2api that holds nothing else of relay, with the admin key in RELAY_ADMIN_KEY and the vendor of the sandbox, which
// that host must reach. Ends with 1 where an aim is missed by more than a tenth.
import { parseArgs } from 'node:util';
import { measureFleets } from './fleet.js';
import { measureImports } from './imports.js';
import { measureStarts } from './start-up.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '3' }, host: { type: 'string' } },
});
const chosen = new Set(positionals);
const rows = { ...measureStarts, ...measureImports, ...measureFleets };
const unknown = positionals.filter((name) => !(name in rows));
if (unknown.length > 0) throw new Error(`no row ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}`);

/** By how much an aim may be missed: machines are busy. */
const allowance = 1.1;
const usual = Object.keys(rows).filter(
  (name) => rows[name].asked !== true && (values.host === undefined || rows[name].host),
);
let missed = 0;
for (const name of chosen.size > 0 ? chosen : usual) {
  const { what, measure } = rows[name];
  for (const { label, value, aim, told } of await measure({ pairs: Number(values.pairs), host: values.host })) {
    const fails = aim !== undefined && value > aim * allowance;
    if (fails) missed += 1;
    const verdict = aim === undefined ? '' : `aim ${aim}${value <= aim ? '' : fails ? '  MISSED' : '  within a tenth'}`;
    const line = `${what}${label === undefined ? '' : `, ${label}`}`;
    console.log(
      `${name.padEnd(14)} ${line.padEnd(62)} ${value.toFixed(2).padStart(7)}  ${verdict.padEnd(20)} ${told ?? ''}`,
    );
  }
}
process.exitCode = missed > 0 ? 1 : 0;
