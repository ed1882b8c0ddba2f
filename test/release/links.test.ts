import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, pathOf, textOf } from './pages.ts';

/** A page without its code, in which brackets mean something else. */
const proseOf = (page: string) =>
  textOf(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, '_'));

/** What links of a page lead to, in its text and in its list of references. */
function targetsOf(page: string): string[] {
  const prose = proseOf(page);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)$/gm)].map(([, to = '']) => to);
}

/** The anchors of a page: its headings, as GitHub names them. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = textOf(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .matchAll(/^#{1,6} +(.*)$/gm);
  const anchors = [...headings].map(([, title = '']) => {
    const plain = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  });
  return new Set(anchors);
}

/** What is wrong with a link, if anything. */
function faultOf(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const to = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(pathOf(to))) return `${target}: there is no ${to}`;
  if (anchor === undefined) return undefined;
  return anchorsOf(to).has(anchor) ? undefined : `${target}: ${to} has no heading for it`;
}

describe('each link leads to a page, and to a heading that it has', () => {
  it.each(pages.map((page) => [page]))('%s', (page) => {
    const relative = targetsOf(page).filter((target) => !/^[a-z]+:/.test(target));
    expect(relative.flatMap((target) => faultOf(page, target) ?? [])).toEqual([]);
  });

  it('and each reference is one that is there, and that somebody follows', () => {
    for (const page of pages) {
      const prose = proseOf(page);
      const defined = [...prose.matchAll(/^\[([^\]]+)\]:/gm)].map(([, name = '']) => name);
      const used = [...prose.matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => name);
      expect([page, [...new Set(used)].toSorted()]).toEqual([page, defined.toSorted()]);
    }
  });

  it('and each file that is named is there', () => {
    const named = pages
      .filter((page) => page !== 'CHANGELOG.md')
      .flatMap((page) =>
        [...textOf(page).matchAll(/`((?:src|test|docs|packs)\/[\w./-]+\.\w+)`/g)].map(([, file = '']) => file),
      );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !existsSync(pathOf(file)))).toEqual([]);
  });

  it('would be found', () => {
    expect(faultOf('README.md', 'docs/nowhere.md')).toContain('there is no docs/nowhere.md');
    expect(faultOf('docs/hosts.md', 'errors.md#nowhere')).toContain('has no heading');
    expect(faultOf('docs/hosts.md', 'errors.md#exit-codes')).toBeUndefined();
    expect(targetsOf('README.md').length).toBeGreaterThan(30);
  });

  it('and each page of docs/ is reached from the README', () => {
    const linked = new Set(targetsOf('README.md').map((target) => target.split('#')[0]));
    const lost = pages.filter((page) => page.startsWith('docs/') && !linked.has(page));
    expect(lost).toEqual([]);
  });
});
