// `npm run docs:pictures`, first part: writes what an import prints into README.md, between its marks, from a real run.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project, run, temporaryFolder } from './installed.js';

const command = 'relay import --pack kimi --keys packs/kimi/keys.example.txt --host sandbox';
const home = temporaryFolder('record');
cpSync(join(project, 'packs'), join(home, 'packs'), { recursive: true });
const env = { PATH: process.env.PATH, HOME: home, COLUMNS: '80', RELAY_STATE_DIR: join(home, 'state') };
// As a terminal shows it: what happens and how it ended come on two streams.
const script = `${process.execPath} ${join(project, 'bin', 'relay.js')}${command.slice('relay'.length)} 2>&1`;
const { stdout } = await run('sh', ['-c', script], { cwd: home, env });
const readme = join(project, 'README.md');
const text = readFileSync(readme, 'utf8');
const marked = /(<!-- recorded: import -->\n)[\s\S]*?(<!-- \/recorded -->)/;
if (!marked.test(text)) throw new Error('README.md has no marks for the record of an import');
const block = ['', '```text', `$ npx ${command}`, stdout.trimEnd(), '```', ''].join('\n');
writeFileSync(
  readme,
  text.replace(marked, (_, begin, end) => `${begin}${block}${end}`),
);
