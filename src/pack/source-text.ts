import {
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { Finding } from './finding.ts';

export type Path = readonly PropertyKey[];

/** Deepest nesting and most aliases that a manifest may have; real ones need a fraction, bombs need more. */
const deepest = 32;
const mostAliases = 20;

const tooDeep = `the text nests deeper than ${deepest}`;

/**
 * A YAML or JSON text with the place of each value in it. JSON is read by the same reader, so that its faults have
 * lines and columns too.
 */
export class SourceText {
  readonly file: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      uniqueKeys: true,
      version: '1.2',
      prettyErrors: false,
    });
  }

  /** Faults of the syntax itself. When there are any, the value means nothing. */
  syntaxFindings(): Finding[] {
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
    visit(this.#document, {
      Collection: (_, node, ancestors) => {
        if (ancestors.filter(isCollection).length < deepest) return undefined;
        found.push(this.#syntax(node.range?.[0] ?? 0, tooDeep));
        return visit.SKIP;
      },
      Alias: (_, alias, ancestors) => {
        const target = alias.resolve(this.#document);
        const at = alias.range?.[0] ?? 0;
        if (target === undefined) found.push(this.#syntax(at, `the alias *${alias.source} has no anchor`));
        else if (ancestors.includes(target)) found.push(this.#syntax(at, `the alias *${alias.source} holds itself`));
      },
      Pair: (_, pair) => {
        if (!isScalar(pair.key) || pair.key.value !== '__proto__') return;
        found.push(this.#syntax(pair.key.range?.[0] ?? 0, '"__proto__" cannot be a name'));
      },
    });
    return found;
  }

  #syntax(offset: number, message: string): Finding {
    return { ...this.#at(offset), code: 'SYNTAX', severity: 'error', message };
  }

  /** The plain value. Throws when aliases would blow it up. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: mostAliases });
  }

  /** A finding at the value of `path`, or at the nearest thing above it that exists. */
  finding(path: Path, code: string, message: string, severity: Finding['severity'] = 'error'): Finding {
    return { ...this.#at(this.#valueOffset(path)), code, severity, message };
  }

  /** A finding at a key rather than at its value, for keys that should not be there. */
  keyFinding(path: Path, key: string, code: string, message: string): Finding {
    const pair = pairOf(this.#node(path), key);
    const offset = (pair?.key as Node | undefined)?.range?.[0] ?? this.#valueOffset(path);
    return { ...this.#at(offset), code, severity: 'error', message };
  }

  #at(offset: number): Pick<Finding, 'file' | 'line' | 'column'> {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #node(path: Path): Node | null | undefined {
    return path.length === 0
      ? this.#document.contents
      : (this.#document.getIn(path as PropertyKey[], true) as Node | undefined);
  }

  #valueOffset(path: Path): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.#node(path.slice(0, length));
      if (node?.range) return node.range[0];
    }
    return 0;
  }
}

function pairOf(node: Node | null | undefined, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => String(pair.key) === key);
}
