import type { CoolDown, Credential } from '../runtime/credential.ts';

const minute = 60_000;
const longest = 30 * minute;

/** Whether a failure is the request's own: no other key would answer it, and this one is as good as before. */
export function isRequestFault(status: number, errorType: unknown): boolean {
  if (status === 402 || status === 429) return false;
  return [400, 409, 413, 422].includes(status) || errorType === 'invalid_request_error';
}

/** How a failure holds a credential back for a model, after what did before. */
function coolDownAfter(status: number, now: number, before: CoolDown | undefined): CoolDown {
  const level = before?.level ?? 0;
  if (status === 429)
    return { until: now + Math.min(longest, 1000 * 2 ** level), isQuota: true, isSuspended: false, level: level + 1 };
  const isSuspended = [401, 402, 403, 404].includes(status);
  const ms = status === 404 ? 12 * 60 * minute : isSuspended ? longest : minute;
  return { until: now + ms, isQuota: false, isSuspended, level };
}

/** Notes how an attempt ended: the use of the key, and whether it is asked for that model again at once. */
export function noteAttempt(
  credential: Credential,
  model: string,
  { now, status, isFault }: { now: number; status: number; isFault: boolean },
): void {
  const isGood = status === 200;
  credential[isGood ? 'success' : 'failed'] += 1;
  credential.asked.push({ at: now, isGood });
  if (isGood) credential.coolDowns.delete(model);
  else if (!isFault && !credential.isNeverCooled)
    credential.coolDowns.set(model, coolDownAfter(status, now, credential.coolDowns.get(model)));
}

/** What holds a credential back for a model at this moment. */
export function heldBack(credential: Credential, model: string, now: number): CoolDown | undefined {
  const coolDown = credential.coolDowns.get(model);
  return coolDown !== undefined && coolDown.until > now ? coolDown : undefined;
}

/** Whether a model is listed: not when no key is left for it, unless all of them only wait for the vendor's pace. */
export function isListed(credentials: readonly Credential[], model: string, now: number): boolean {
  let [waiting, suspended] = [0, 0];
  for (const each of credentials) {
    if (each.coolDowns.get(model)?.isSuspended === true) suspended += 1;
    else if (heldBack(each, model, now)?.isQuota === true) waiting += 1;
  }
  return credentials.length > waiting + suspended || (waiting > 0 && suspended === 0);
}
