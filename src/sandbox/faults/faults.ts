import { z } from 'zod';
import { spellings, type Spelling } from '../spellings.ts';

/** One fault: which requests it hits and what it does to them. */
export const faultRuleSchema = z.strictObject({
  method: z.string().optional(),
  /** The whole path without query; `*` stands for any run of characters. */
  path: z.string(),
  /** The first matching request that is hit, counted from 1. */
  nth: z.int().min(1).default(1),
  /** How many in a row are hit; 0 means all from then on. */
  times: z.int().min(0).default(1),
  fault: z.enum(['drop-before', 'drop-after', 'status', 'delay', 'html', 'cut', 'echo']),
  status: z.int().min(200).max(599).default(500),
  /** For `status`, `html` and `delay`: the work is done first. */
  after: z.boolean().default(false),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  ms: z.int().min(0).default(0),
  /** For `echo`: the one way in which secrets are spelled; every way when absent. */
  spelling: z.enum(Object.keys(spellings) as [Spelling, ...Spelling[]]).optional(),
});

/** A fault as a caller writes it: what has a default may be left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;

/** A fault with its defaults filled in. */
export type ActiveFault = z.output<typeof faultRuleSchema>;

/** Reads the text of a faults file: a JSON list of rules. Throws an Error that says what is wrong and where. */
export function parseFaults(text: string): FaultRule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the faults are not valid JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!Array.isArray(value)) throw new Error('the faults must be a JSON list of rules');
  return value.map((item, index) => {
    const result = faultRuleSchema.safeParse(item);
    if (result.success) return result.data;
    const problems = result.error.issues.map(
      (issue) => `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${issue.message}`,
    );
    throw new Error(`fault ${index + 1} is not valid: ${problems.join('; ')}`);
  });
}

/** Picks the fault that the next request of that method and path meets, if any. */
export type FaultPicker = (method: string, path: string) => ActiveFault | undefined;

function matcher(rule: ActiveFault): (method: string, path: string) => boolean {
  const escaped = rule.path.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(`^${escaped.join('.*')}$`);
  return (method, path) => (rule.method === undefined || rule.method.toUpperCase() === method) && pattern.test(path);
}

/** A picker over these rules; each rule counts its own matches, the first one that is due wins. */
export function createFaultPicker(rules: readonly FaultRule[]): FaultPicker {
  const watched = rules
    .map((rule) => faultRuleSchema.parse(rule))
    .map((rule) => ({ rule, matches: matcher(rule), seen: 0 }));
  return (method, path) => {
    const due = watched.filter((entry) => {
      if (!entry.matches(method, path)) return false;
      entry.seen += 1;
      const { nth, times } = entry.rule;
      return entry.seen >= nth && (times === 0 || entry.seen < nth + times);
    });
    return due[0]?.rule;
  };
}
