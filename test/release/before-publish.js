// What `npm publish` refuses to go on without: provenance names a repository, and a release is a tag.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { version, repository } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const git = (...words) => execFileSync('git', words, { encoding: 'utf8' }).trim();
const faults = [
  ...(repository === undefined ? ['package.json names no repository, which provenance needs'] : []),
  ...(git('status', '--porcelain') === '' ? [] : ['there are changes that are not committed']),
  ...(git('tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`)
    ? []
    : [`this commit has no tag v${version}`]),
];
for (const fault of faults) console.error(`Not published: ${fault}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
