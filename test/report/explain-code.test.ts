import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explanationList, explanations, explanationText } from '../../src/report/explain-code.ts';
import { rules } from '../../src/pack/rules.ts';
import { codes } from '../../src/core/codes.ts';
import { exitCodes } from '../../src/core/exit-codes.ts';
import { withCodes } from '../support/codes-table.ts';

const plain = (text: string) => text;
const noStyle = { bold: plain, dim: plain, good: plain, bad: plain, unsure: plain };
const page = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

it('docs/errors.md shows the codes as they are; npm run docs makes them anew', async () => {
  await expect(withCodes(await readFile(page, 'utf8'))).toMatchFileSnapshot(page);
});

it('docs/errors.md tells of each exit code what it means', async () => {
  const text = await readFile(page, 'utf8');
  for (const [code, meaning] of Object.entries(exitCodes))
    if (code !== '130') expect(text).toContain(`| ${code} | ${meaning} |`);
});

describe('an explanation', () => {
  it('is there for every code and every rule, and no word is both', () => {
    const known = explanations.map(({ code }) => code);
    expect(known).toEqual([...Object.keys(codes), ...Object.keys(rules)]);
    expect(new Set(known).size).toBe(known.length);
  });

  it('tells meaning, exit code and what to do', () => {
    for (const each of explanations) {
      const text = explanationText(each, { style: noStyle, columns: 1000 });
      expect(text).toContain(each.summary);
      expect(text).toContain(`What to do: ${each.hint}`);
      expect(text).not.toContain('undefined');
      if (each.kind !== 'error') continue;
      if (each.exitCode === 4 || each.exitCode === 5)
        expect(text).toMatch(/strict mode exit code 4: .* partial mode 5: /);
      else expect(text).toContain(`xit code ${each.exitCode}`);
    }
  });

  it.each([40, 80])('fits %i columns, and so does the list', (columns) => {
    const texts = explanations.map((each) => explanationText(each, { style: noStyle, columns }));
    const lines = [explanationList({ style: noStyle, columns }), ...texts].flatMap((text) => text.split('\n'));
    // A word that is longer than a line stays whole.
    expect(lines.filter((line) => line.length > columns && /\S +\S/.test(line))).toEqual([]);
  });

  it('stands in the list', () => {
    const list = explanationList({ style: noStyle, columns: 1000 });
    for (const { code, summary } of explanations)
      expect(list).toMatch(new RegExp(`^  ${code} +${summary.slice(0, 5)}`, 'm'));
  });
});
