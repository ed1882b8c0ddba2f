import { accessSlug, type AccessMode } from '../core/modes.ts';

/** Whether a text has the form of a run's id: its time, and something random. */
export function isRunId(text: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{6,10}$/.test(text);
}

/** What the e-mails of the users begin with that relay makes for a gateway check. */
export const probeUserPrefix = 'relay-probe-';

/** The e-mail of the probe user of a run; hosts fold its letters. */
export function probeUserEmail(run: string): string {
  return `${probeUserPrefix}${run.toLowerCase()}@relay.invalid`;
}

/** The run of a probe user, by its e-mail; nothing where the e-mail is of another form. */
export function runOfProbeUser(email: string): string | undefined {
  return /^relay-probe-([a-z0-9-]+)@relay\.invalid$/.exec(email)?.[1];
}

/** The name of the resources of a provider (rule B6). What they are may differ by mode, so the name must. */
export function resourceName(providerId: string, access: AccessMode): string {
  return `relay-${providerId}-${accessSlug(access)}`;
}

/** What stands before the number in the names of a provider's accounts. */
export function accountPrefix(providerId: string, access: AccessMode): string {
  return access === 'subscription' ? `${providerId}-` : `${providerId}-self-`;
}

/** Whether a name is of the form that relay gives to accounts of this provider and mode. */
export function isAccountName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^\d{2,}$/.test(name.slice(prefix.length));
}

/** Hands out account names: always the lowest number that no account on the host bears, from 01. */
export function accountNames(prefix: string, taken: Iterable<string>): () => string {
  const used = new Set(taken);
  let number = 0;
  return () => {
    let name: string;
    do {
      number += 1;
      name = `${prefix}${String(number).padStart(2, '0')}`;
    } while (used.has(name));
    return name;
  };
}

/** The name of a place beside the managed one, in which a run proves accounts before users can meet them (rule N6). */
export function stagingName(run: string, number = 0): string {
  return `relay-staging-${run}${number === 0 ? '' : `-${number}`}`;
}

/** Whether a place bears such a name. */
export function isStagingName(name: string): boolean {
  return name.startsWith(stagingName(''));
}
