import type { Code } from '../core/codes.ts';
import { RelayError, type Problem } from '../core/relay-error.ts';
import type { WriteResult } from './host-failure.ts';
import type { Host, HostInfo } from './host.ts';

export const checkStates = ['pass', 'warning', 'failure', 'skipped'] as const;
export type CheckState = (typeof checkStates)[number];

/** What is looked at, in the order in which it is told. Nothing after a failure is known unless a check says so. */
export const checkNames = {
  address: 'Address',
  setup: 'Set-up',
  version: 'Version',
  login: 'Login',
  compliance: 'Compliance terms',
  backend_mode: 'Backend mode',
  captcha: 'Captcha',
  second_factor: 'Second factor',
  plugins: 'Plugins',
  settings: 'Groups and prices',
  lists: 'Lists of keys',
  pace: 'Pace',
  probe_key: 'Gateway check',
  clock: 'Clock',
  upstream: 'Upstream',
  pack_version: 'Version for the pack',
  pack_objects: 'Names of the pack',
} as const;
export type CheckId = keyof typeof checkNames;

/** One thing that was looked at: how it is, and what to do where it is not fine. */
export interface Check {
  id: CheckId;
  name: string;
  state: CheckState;
  message: string;
  hint: string | null;
  /** What failed, for programs, where it has a code. */
  code: Code | null;
}

/** What a host wants its operator to promise before it works. Only a person may do so, by typing the phrase. */
export interface TermsOfUse {
  version: string;
  /** The same text in each language, and the words that accept it. */
  texts: { language: string; document: string; phrase: string }[];
  /** Sends what the person typed. */
  accept(language: string, phrase: string): Promise<WriteResult<void>>;
}

/** What an adapter found out about a host, as far as it came. */
export interface Diagnosis {
  checks: CheckList;
  /** Known as soon as the host says what it is. */
  info: HostInfo | null;
  /** Only where nothing stands before its admin API. */
  host: Host | null;
  /** Set while the host waits for it. */
  termsOfUse: TermsOfUse | null;
}

/** Collects checks; what nobody told about comes out as skipped. */
export class CheckList {
  readonly #told = new Map<CheckId, Omit<Check, 'id' | 'name'>>();

  pass(id: CheckId, message: string): void {
    this.#told.set(id, { state: 'pass', message, hint: null, code: null });
  }

  warn(id: CheckId, message: string, hint: string): void {
    this.#told.set(id, { state: 'warning', message, hint, code: null });
  }

  fail(id: CheckId, { message, hint, code }: Pick<Problem, 'message' | 'hint'> & { code?: Code }): void {
    this.#told.set(id, { state: 'failure', message, hint, code: code ?? null });
  }

  /**
   * What comes of a step; nothing, and a failure of the check, where that throws what a host can cause. `way` begins its
   * message.
   */
  async attempt<T>(id: CheckId, work: () => Promise<T>, way?: string): Promise<T | undefined> {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof RelayError)) throw failure;
      const { message, hint, code } = failure;
      this.fail(id, { message: way === undefined ? message : `${way}: ${message}`, hint, code });
      return undefined;
    }
  }

  /** There is nothing to look at. */
  skip(id: CheckId, message: string): void {
    this.#told.set(id, { state: 'skipped', message, hint: null, code: null });
  }

  /**
   * These checks in order. One that was not reached is skipped because of the failure before it; what the host does not
   * report is left out.
   */
  all(ids: readonly CheckId[]): Check[] {
    let blame = '';
    return ids.flatMap((id): Check[] => {
      const told = this.#told.get(id);
      const name = checkNames[id];
      if (told?.state === 'failure') blame ||= name;
      if (told !== undefined) return [{ id, name, ...told }];
      const message = `not looked at, because of: ${blame}`;
      return blame === '' ? [] : [{ id, name, state: 'skipped', message, hint: null, code: null }];
    });
  }
}
