// `npm run docs:pictures`, second part: docs/report.png, the HTML report of an import in which a key is dead, by Chromium.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { project, run, temporaryFolder } from './installed.js';

const largest = 150_000;
const picture = join(project, 'docs', 'report.png');
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Imports eight keys into the sandbox, one of them dead; returns the page of the report. */
async function reportIn(home) {
  const keys = Array.from({ length: 8 }, (_, at) => `sk-${at === 5 ? 'dead' : 'good'}${String(at).repeat(44)}`);
  writeFileSync(join(home, 'keys.txt'), keys.join('\n'));
  const words =
    'import --pack kimi --keys keys.txt --host sandbox --user user@relay.test=30 --mode partial --html report.html';
  const env = { PATH: process.env.PATH, HOME: home, RELAY_STATE_DIR: join(home, 'state') };
  const relay = [join(project, 'bin', 'relay.js'), ...words.split(' ')];
  await run(process.execPath, relay, { cwd: home, env, mustEnd: false });
  return pathToFileURL(join(home, 'report.html')).href;
}

if (existsSync(chromium)) {
  const home = temporaryFolder('picture');
  const page = await reportIn(home);
  const flags =
    '--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars';
  const where = [`--user-data-dir=${join(home, 'chromium')}`, `--screenshot=${picture}`, '--window-size=1000,960'];
  await run(chromium, [...flags.split(' '), ...where, page], { cwd: home });
  const { size } = statSync(picture);
  console.log(`${picture}: ${size} bytes`);
  if (size > largest) throw new Error(`It is larger than ${largest} bytes.`);
} else console.log(`There is no ${chromium}, so docs/report.png stays as it is.`);
