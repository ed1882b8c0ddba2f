import { rules } from '../pack/rules.ts';
import { codes } from '../core/codes.ts';
import { exitCodes } from '../core/exit-codes.ts';
import type { Style } from '../core/style.ts';
import { fold } from './text/fold.ts';

/** What there is to know about a code. */
export interface Explanation {
  code: string;
  /** An error ends a command or fails what it is about; a warning ends nothing; a rule is what packs are checked for. */
  kind: 'error' | 'warning' | 'rule';
  summary: string;
  hint: string;
  /** How a command ends that this code ended before its first write. A warning alone ends with 0. */
  exitCode: number;
}

/** Every code that a person can meet, in the order of their tables: errors and warnings, then the rules for packs. */
export const explanations: readonly Explanation[] = [
  ...Object.entries(codes).map(([code, { exit, summary, hint }]): Explanation => {
    return { code, kind: exit === 0 ? 'warning' : 'error', summary, hint, exitCode: exit };
  }),
  ...Object.entries(rules).map(([code, { summary, hint }]): Explanation => {
    return { code, kind: 'rule', summary, hint, exitCode: 2 };
  }),
];

/** A code for people: what it means, what follows from it, what to do. */
export function explanationText(
  { code, kind, summary, hint, exitCode }: Explanation,
  { style, columns }: { style: Style; columns: number },
): string {
  const holds = (exited: number) => `the host holds ${exitCodes[exited] ?? ''}`;
  const exit =
    exitCode === 4 || exitCode === 5
      ? `In strict mode exit code 4: ${holds(4)}. In partial mode 5: ${holds(5)}.`
      : `Exit code ${exitCode}: ${holds(exitCode)}.`;
  const why = {
    error: `An error. ${exitCode === 130 ? 'Exit code 130, or 143 after SIGTERM: the run ended in order.' : exit}`,
    warning: 'A warning: it ends nothing, and the exit code stays 0.',
    rule: 'A rule that packs are checked for. Where it is an error, no command uses the pack (exit code 2); a warning counts with `relay validate --strict` only.',
  }[kind];
  return fold([`${style.bold(code)}  ${summary}`, '', why, '', `What to do: ${hint}`].join('\n'), columns, 0);
}

/** Below so many columns what goes on stands under the code, not beside it. */
const narrowScreen = 70;

/** All codes, one below the other. */
export function explanationList({ style, columns }: { style: Style; columns: number }): string {
  const widest = Math.max(...explanations.map(({ code }) => code.length));
  const further = columns < narrowScreen ? 2 : widest + 2;
  const part = (title: string, kind: Explanation['kind']) => [
    style.bold(title),
    ...explanations
      .filter((each) => each.kind === kind)
      .map(({ code, summary }) => fold(`  ${code.padEnd(widest)}  ${summary}`, columns, further)),
  ];
  return [...part('Errors', 'error'), '', ...part('Warnings', 'warning'), '', ...part('Rules for packs', 'rule')].join(
    '\n',
  );
}
