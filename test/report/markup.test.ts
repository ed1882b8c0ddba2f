import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkup, joined, markup } from '../../src/report/forms/markup.ts';
import { parseXml } from '../support/parse-xml.ts';

describe('markup', () => {
  it.each([
    ['</script><script>', '&lt;/script&gt;&lt;script&gt;'],
    [`" onload='x'`, '&quot; onload=&#39;x&#39;'],
    ['&amp;', '&amp;amp;'],
    ['a\u0000b\u001B[31m\u009B\uFFFE', 'a\uFFFDb\uFFFD[31m\uFFFD\uFFFD'],
    ['half \uD800 of a pair, and \u{1F511}', 'half \uFFFD of a pair, and \u{1F511}'],
    ['tab\tand\nline', 'tab\tand\nline'],
  ])('holds %j as text', (text, escaped) => {
    expect(escapeMarkup(text)).toBe(escaped);
  });

  it('escapes values, and pieces of markup never twice', () => {
    const inner = markup`<b>${'<'}</b>`;
    expect(markup`<p title="${'"'}">${inner}${[inner, inner]}${3}${null}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&lt;</b><b>&lt;</b>3</p>',
    );
    expect(joined([inner, inner], ' ').text).toBe('<b>&lt;</b> <b>&lt;</b>');
  });

  it('makes well-formed XML of any text, between tags and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: inside, attributes } = parseXml(markup`<a b="${text}">${text}</a>`.text);
        return inside.length === text.replaceAll('\r\n', '\n').length && attributes['b'] !== undefined;
      }),
    );
  });
});
