import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locatePack } from '../../src/pack/find-pack.ts';
import { inspectBytes } from '../../src/pack/inspect-bytes.ts';
import { runs, sweeping } from '../support/sweep.ts';

const shipped = await readFile(`${(await locatePack('kimi')).path}/pack.yaml`);
const lines = shipped.toString('utf8').split('\n');

/** What means something to a reader of YAML or JSON. */
const piece = fc.constantFrom(
  '&a ',
  '*a',
  '- ',
  '? ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|\n',
  '>\n',
  '\n',
  '  ',
  '\t',
  '#',
  '!!str ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '<<: ',
  '__proto__: ',
  'null',
  '.nan',
  '0x1',
  '1e999',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '\uD800',
  'providers:\n',
  'id: ',
);

async function alwaysEnds(text: string | Uint8Array, name: string): Promise<void> {
  const { pack, findings, file } = await inspectBytes(name, Buffer.from(text), 'path', null);
  const faults = findings.filter(({ severity }) => severity === 'error');
  expect(pack === undefined).toBe(faults.length > 0);
  expect(findings.length).toBeLessThanOrEqual(101);
  for (const finding of findings) {
    expect(finding).toMatchObject({ file, code: expect.stringMatching(/^[A-Z_0-9]+$/), message: expect.any(String) });
    expect(finding.line).toBeGreaterThanOrEqual(1);
    expect(finding.column).toBeGreaterThanOrEqual(1);
    expect(finding.message).not.toMatch(/\n|undefined|\bat \S+:\d+:\d+/);
  }
}

describe('a text that nobody meant as a manifest', () => {
  it.each(['pack.yaml', 'pack.json'])('is judged all the same: any bytes, as %s', async (name) => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => alwaysEnds(bytes, name)));
  });

  it.each(['pack.yaml', 'pack.json'])('is judged all the same: what readers know, as %s', async (name) => {
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, (pieces) => alwaysEnds(pieces.join(''), name)),
      { numRuns: runs(300) },
    );
  });

  it('is judged all the same: any JSON', async () => {
    await fc.assert(fc.asyncProperty(fc.json({ maxDepth: 6 }), (text) => alwaysEnds(text, 'pack.json')));
  });

  it('is judged all the same: a manifest with lines lost, doubled, moved and broken', async () => {
    const change = fc.tuple(fc.nat(lines.length - 1), fc.oneof(piece, fc.constant('lost'), fc.constant('doubled')));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const text = [...lines];
        for (const [at, what] of changes) {
          const line = text[at] ?? '';
          const middle = Math.floor(line.length / 2);
          text[at] =
            what === 'lost'
              ? ''
              : what === 'doubled'
                ? `${line}\n${line}`
                : line.slice(0, middle) + what + line.slice(middle);
        }
        return alwaysEnds(text.join('\n'), 'pack.yaml');
      }),
    );
  });

  /** The largest text that is read, made of what takes a naive reader long; a quarter of it here, all by `npm run sweep`. */
  const size = (sweeping ? 128 : 32) * 1024;
  const full = (unit: (index: number) => string, head = '') => {
    let text = head;
    for (let index = 0; text.length < size - 40; index += 1) text += unit(index);
    return text;
  };
  it.each([
    ['names in one map', full((index) => `n${index}: 1\n`)],
    ['the same name', full(() => 'n: 1\n')],
    ['aliases', full(() => '*a, ', 'a: &a 1\nb: [')],
    ['anchors', full((index) => `n${index}: &a${index} 1\n`)],
    ['aliases of aliases', full((index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`, 'a0: &a0 1\n')],
    ['providers', full(() => '- {}\n', 'schema: relay.pack/1\nid: a\ndisplayName: a\nproviders:\n')],
    ['brackets', full(() => '[')],
    ['braces', full(() => '{a: ')],
    ['dashes', full(() => '- ')],
    ['questions', full(() => '? ')],
    ['quotes', full(() => '"\\u0041')],
    ['comments', full(() => '#\n')],
    ['indents', full((index) => `${' '.repeat(index % 200)}a:\n`)],
    ['one word', 'a'.repeat(size - 1)],
    ['one folded text', full(() => 'a\n', 'a: >\n')],
    [
      'models',
      full(
        (index) => `      - m${index}\n`,
        lines
          .slice(0, 12)
          .join('\n')
          .replace(/\[.*\]$/, '\n'),
      ),
    ],
  ])('is judged in bounded time: %s', (_, text) => alwaysEnds(text, 'pack.yaml'));
});
