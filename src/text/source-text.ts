import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Finding } from './finding.ts';

export type Path = readonly PropertyKey[];

/** Deepest nesting and most aliases that a text may have; real ones need a fraction, bombs need more. */
const deepest = 32;
const maxAliases = 20;

const tooDeep = `the text nests deeper than ${deepest}`;

/** What a person does not see, or sees in another order than it stands there. Line ends and tabs are no such thing. */
const unseen = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

/**
 * A YAML or JSON text with the place of each value in it. JSON is read by the same reader, so that its faults have
 * lines and columns too. `Code`: the codes that findings in such a text may have, beside those of reading it.
 */
export class SourceText<Code extends string> {
  readonly file: string;
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      // The reader compares every name with every other; `#repeated` does it once.
      uniqueKeys: false,
      version: '1.2',
      schema: 'core',
      merge: false,
      prettyErrors: false,
    });
  }

  /** Faults of the syntax itself. When there are any, the value means nothing. */
  syntaxFindings(): Finding[] {
    const hidden = unseen.exec(this.#text);
    if (hidden !== null) return [this.#hidden(hidden.index, hidden[0])];
    const faults = [...this.#document.errors, ...this.#document.warnings].map((fault) =>
      // The reader itself comes back from a nesting that is too deep for it.
      this.#syntax(fault.pos[0], /call stack/.test(fault.message) ? tooDeep : (fault.message.split('\n')[0] ?? '')),
    );
    return [...faults, ...this.#traps()];
  }

  /**
   * What is good YAML and yet no data: aliases to nowhere or to what holds them, a name that objects give a meaning, and
   * too deep a nesting.
   */
  #traps(): Finding[] {
    const found: Finding[] = [];
    let aliases = 0;
    visit(this.#document, {
      Collection: (_, node, ancestors) => {
        if (isMap(node)) for (const each of this.#repeated(node)) found.push(each);
        if (ancestors.filter(isCollection).length < deepest) return undefined;
        found.push(this.#syntax(node.range?.[0] ?? 0, tooDeep));
        return visit.SKIP;
      },
      Scalar: (_, { value, range }) => {
        const hidden = typeof value === 'string' ? unseen.exec(value) : null;
        if (hidden !== null) found.push(this.#hidden(range?.[0] ?? 0, hidden[0]));
      },
      Alias: (_, alias, ancestors) => {
        const at = alias.range?.[0] ?? 0;
        aliases += 1;
        if (aliases > maxAliases) {
          found.push(this.#syntax(at, `the text has more than ${maxAliases} aliases`));
          return visit.BREAK;
        }
        const target = alias.resolve(this.#document);
        if (target === undefined) found.push(this.#syntax(at, `the alias *${alias.source} has no anchor`));
        else if (ancestors.includes(target)) found.push(this.#syntax(at, `the alias *${alias.source} holds itself`));
        return undefined;
      },
      Pair: (_, pair) => {
        if (!isScalar(pair.key) || pair.key.value !== '__proto__') return;
        found.push(this.#syntax(pair.key.range?.[0] ?? 0, '"__proto__" cannot be a name'));
      },
    });
    return found;
  }

  /** Names that stand in a map more than once. */
  #repeated(map: YAMLMap): Finding[] {
    const seen = new Set<string>();
    return map.items.flatMap(({ key }) => {
      if (!isScalar(key)) return [];
      const name = String(key.value);
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [this.#syntax(key.range?.[0] ?? 0, `the name "${name}" stands here twice`)];
    });
  }

  #hidden(offset: number, character: string): Finding {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `the character U+${code} cannot be seen, or changes how the text is seen`;
    return { ...this.#at(offset), code: 'CONTROL_CHARACTER', severity: 'error', message };
  }

  #syntax(offset: number, message: string): Finding {
    return { ...this.#at(offset), code: 'SYNTAX', severity: 'error', message };
  }

  /** The plain value. Throws when aliases would blow it up. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: maxAliases });
  }

  /** A finding at the value of `path`, or at the nearest thing above it that exists. */
  finding(path: Path, code: Code, message: string, severity: Finding['severity'] = 'error'): Finding {
    return { ...this.#at(this.#valueOffset(path)), code, severity, message };
  }

  /** A finding at a key rather than at its value, for keys that should not be there. */
  keyFinding(path: Path, key: string, code: Code, message: string): Finding {
    const pair = this.#pairOf(this.#node(path), key);
    const offset = (pair?.key as Node | undefined)?.range?.[0] ?? this.#valueOffset(path);
    return { ...this.#at(offset), code, severity: 'error', message };
  }

  #at(offset: number): Pick<Finding, 'file' | 'line' | 'column'> {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #node(path: Path): Node | null | undefined {
    return path.reduce<Node | null | undefined>(
      (node, part) =>
        isSeq(node)
          ? (node.items[Number(part)] as Node | undefined)
          : (this.#pairOf(node, String(part))?.value as Node | undefined),
      this.#document.contents,
    );
  }

  /** Each map is gone through once, however many of its names are asked for. */
  #pairOf(node: Node | null | undefined, key: string): Pair | undefined {
    if (!isMap(node)) return undefined;
    const known = this.#pairs.get(node) ?? new Map(node.items.map((pair) => [String(pair.key), pair]));
    this.#pairs.set(node, known);
    return known.get(key);
  }

  #valueOffset(path: Path): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.#node(path.slice(0, length));
      if (node?.range) return node.range[0];
    }
    return 0;
  }
}
