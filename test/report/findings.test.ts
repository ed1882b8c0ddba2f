import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/text/finding.ts';
import { findingsGithub, findingsJunit } from '../../src/report/forms/findings-reports.ts';
import { findingLines } from '../../src/report/text/findings-text.ts';
import type { Style } from '../../src/core/style.ts';
import { parseXml } from '../support/parse-xml.ts';

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, good: same, bad: same, unsure: same };
const at = (line: number, column: number, more: Partial<Finding> = {}): Finding => ({
  file: 'a/pack.yaml',
  line,
  column,
  code: 'PLAIN_HTTP',
  severity: 'error',
  message: 'over http',
  ...more,
});

describe('a finding for people', () => {
  it('says where and what, shows the line with a caret, and what would be right', () => {
    expect(findingLines(at(2, 6), ['id: a', 'url: http://a'], plain, 80)).toEqual([
      'error a/pack.yaml:2:6: over http [PLAIN_HTTP]',
      '  2 | url: http://a',
      '    |      ^',
      '    = Use https.',
    ]);
  });

  it.each([
    ['behind wide characters', '中文: x', 5, '  1 | 中文: x', '    |       ^'],
    ['behind a tab', '\tx', 2, '  1 |  x', '    |  ^'],
    ['on what cannot be seen', 'a\u0007b', 2, '  1 | a\uFFFDb', '    |  ^'],
    ['over a key', 'k: sk-0123456789abcdefghijklmn', 1, `  1 | k: ${'•'.repeat(27)}`, '    | ^'],
    [
      'in a long line',
      `${'a'.repeat(200)}X${'b'.repeat(200)}`,
      201,
      `  1 | …${'a'.repeat(60)}X${'b'.repeat(39)}…`,
      `    | ${' '.repeat(61)}^`,
    ],
    ['at the end of a long line', `${'a'.repeat(200)}X`, 201, `  1 | …${'a'.repeat(99)}X`, `    | ${' '.repeat(100)}^`],
    ['before a long line', 'a'.repeat(200), 1, `  1 | ${'a'.repeat(100)}…`, '    | ^'],
  ])('has its caret %s', (_, line, column, shown, caret) => {
    expect(findingLines(at(1, column), [line], plain, 108).slice(1, 3)).toEqual([shown, caret]);
  });

  it('shows no line where there is none', () => {
    expect(findingLines(at(1, 1, { code: 'UNREADABLE' }), [], plain, 80)).toHaveLength(2);
  });
});

describe('findings for programs', () => {
  const hard = at(1, 2, { file: 'a,b:c&<%>.yaml', message: 'says "<no>" & 100%\nand more\u0007' });
  const mild = at(3, 1, { severity: 'warning' });

  it('are JUnit XML, a case for each manifest', () => {
    const checked = [
      { file: hard.file, findings: [hard, mild] },
      { file: 'fine.yaml', findings: [mild] },
    ];
    const xml = findingsJunit(checked, ({ severity }) => severity === 'error');
    const suites = parseXml(xml);
    expect(suites.attributes).toMatchObject({ tests: '2', failures: '1' });
    const [bad, good] = suites.children[0]!.children;
    expect(bad?.attributes).toMatchObject({ name: hard.file });
    expect(bad?.children[0]?.attributes).toMatchObject({ type: 'PLAIN_HTTP' });
    expect(bad?.children[0]?.attributes['message']).toContain('says "<no>" & 100%');
    expect(good).toMatchObject({ attributes: { name: 'fine.yaml' }, children: [] });
  });

  it('are annotations of GitHub Actions, one a line', () => {
    expect(findingsGithub([hard, mild])).toEqual([
      '::error file=a%2Cb%3Ac&<%25>.yaml,line=1,col=2,title=PLAIN_HTTP::says "<no>" & 100%25%0Aand more\u0007%0AUse https.',
      '::warning file=a/pack.yaml,line=3,col=1,title=PLAIN_HTTP::over http%0AUse https.',
    ]);
  });
});
