import { RelayError } from '../../core/relay-error.ts';

/** The most faults that are told of many. */
const maxFaults = 50;

/** Does the same with each, and throws the faults of all as one error. */
export async function collect<In, Out>(
  list: readonly In[],
  name: (each: In, index: number) => string,
  work: (each: In) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  const faults: NamedFault[] = [];
  for (const [index, each] of list.entries()) {
    try {
      done.push(await work(each));
    } catch (error) {
      if (!(error instanceof RelayError) || error.code === 'INTERRUPTED') throw error;
      faults.push({ name: name(each, index), error });
    }
  }
  throwFaults(faults);
  return done;
}

/** What is wrong, and with what. */
export interface NamedFault {
  name: string;
  error: RelayError;
}

/** Throws faults as one error, that of the first; nothing where there is none. What many say alike is told once. */
export function throwFaults(faults: readonly NamedFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const { code, message, hint, details } = first.error;
  const told = new Map<string, string[]>();
  for (const { name, error } of faults) {
    const text = `${error.code}: ${error.message}`;
    told.set(text, [...(told.get(text) ?? []), name]);
  }
  const [own = [], ...others] = told.values();
  const [, ...texts] = told.keys();
  const more = others.map((names, index) => `${namesOf(names)}: ${texts[index]}`);
  throw new RelayError(code, `${namesOf(own)}: ${message}`, {
    hint,
    details: [
      ...details,
      ...more.slice(0, maxFaults),
      ...(more.length > maxFaults ? [`and ${more.length - maxFaults} more`] : []),
    ],
  });
}

function namesOf(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`;
}
