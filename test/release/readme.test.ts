import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workplace } from '../support/binary.ts';
import { codeBlocks, commandsIn, wordsOf } from './code-blocks.js';
import { textOf } from './pages.ts';

const readme = textOf('README.md');
const lines = readme.split('\n');

describe('README.md', () => {
  it('is short enough to be read', () => {
    expect(lines.length).toBeLessThan(250);
  });

  it('begins with what it is, and with two commands that can be pasted', () => {
    expect(lines.slice(0, 12)).toEqual(
      expect.arrayContaining([
        'npm ci && npx relay import --pack kimi --keys packs/kimi/keys.example.txt --host sandbox',
        'npm ci && npm test',
      ]),
    );
  });

  it('shows an import as relay prints it, but for times and ports; npm run docs records it anew', async () => {
    const [, recorded = ''] = /<!-- recorded: import -->([^]*)<!-- \/recorded -->/.exec(readme) ?? [];
    const [block, ...others] = codeBlocks(recorded, 'text');
    expect(others).toEqual([]);
    const [command = '', ...shown] = (block?.text ?? '').split('\n');
    const place = await workplace();
    await cp(new URL('../../packs', import.meta.url), join(place.folder, 'packs'), { recursive: true });
    const { stdout } = await place.run(wordsOf(command.replace('$ npx relay ', '')), {
      env: { COLUMNS: '80' },
      where: 'apart',
    });
    await place.remove();
    const masked = (text: string) =>
      text
        .replaceAll(/\d+ min|[\d.]+ (?:ms|s)\b/g, 'so long')
        .replaceAll('so long so long', 'so long')
        .replaceAll(/:\d+/g, ':port')
        .trim();
    const end = shown.findIndex((line) => line.startsWith('✔'));
    expect(masked(shown.slice(end).join('\n'))).toBe(masked(stdout));
  });

  it('has every heading in its contents', () => {
    const contents = readme.slice(readme.indexOf('## Contents'), readme.indexOf('## What it does'));
    for (const [, title = ''] of readme.matchAll(/^## (.*)$/gm))
      if (title !== 'Contents') expect(contents).toContain(`[${title}](#`);
  });
});

describe('reading shell', () => {
  it('finds the commands in what surrounds them', () => {
    const shell = [
      'export A=b # relay no',
      'if true; then relay one "a; b" --x=1 > out.txt; fi # relay no',
      "for run in $(relay two | jq -r '.a | .b'); do",
      '  printf "%s" "$K" | relay three \\',
      '    --last || code=$?',
      'done',
    ].join('\n');
    const words = commandsIn(shell).map(wordsOf);
    expect(words.filter(([first]) => first === 'relay' || first === 'then')).toEqual([
      ['then', 'relay', 'one', 'a; b', '--x=1'],
      ['relay', 'two'],
      ['relay', 'three', '--last'],
    ]);
  });
});
