// `npm run docs:pictures`, second part: docs/report.png, the HTML report of an import in which a key is dead, by Chromium.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { project, run, temporaryFolder } from './installed.js';

const largest = 150_000;
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.log(`There is no ${chromium}, so docs/report.png stays as it is.`);
  process.exit();
}
const home = temporaryFolder('picture');
const keys = Array.from({ length: 8 }, (_, index) => `sk-${index === 5 ? 'dead' : 'good'}${String(index).repeat(44)}`);
writeFileSync(join(home, 'keys.txt'), keys.join('\n'));
const relay = [join(project, 'bin', 'relay.js'), 'import', '--pack', 'kimi', '--keys', 'keys.txt', '--host', 'sandbox'];
const more = ['--user', 'user@relay.test=30', '--mode', 'partial', '--html', 'report.html'];
const env = { PATH: process.env.PATH, HOME: home, RELAY_STATE_DIR: join(home, 'state') };
await run(process.execPath, [...relay, ...more], { cwd: home, env, mustEnd: false });
const picture = join(project, 'docs', 'report.png');
await run(
  chromium,
  [
    ...'--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars'.split(
      ' ',
    ),
    `--user-data-dir=${join(home, 'chromium')}`,
    '--window-size=1000,960',
    `--screenshot=${picture}`,
    pathToFileURL(join(home, 'report.html')).href,
  ],
  { cwd: home },
);
const { size } = statSync(picture);
console.log(`${picture}: ${size} bytes`);
if (size > largest) throw new Error(`It is larger than ${largest} bytes.`);
