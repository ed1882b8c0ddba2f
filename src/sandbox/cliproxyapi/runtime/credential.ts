import { createHash } from 'node:crypto';
import type { KeyListName } from '../config/config.ts';

/** What a failure of one credential for one model holds back. */
export interface CoolDown {
  /** When the credential may be asked again, in milliseconds. */
  until: number;
  /** The vendor said that there were too many requests: clients get the same answer while it lasts. */
  isQuota: boolean;
  /** The model counts as not offered by this credential, until it answers once. */
  isSuspended: boolean;
  /** How many refusals for the pace came in a row. */
  level: number;
}

/** What the configuration says of a credential. */
export interface CredentialSettings {
  id: string;
  /** The list of the configuration that it stands in. */
  list: 'openai-compatibility' | KeyListName;
  /** What `auth-index` says of it. */
  index: string;
  /** What errors call its provider. */
  provider: string;
  /** Under which name its use is counted. */
  usageName: string;
  ownedBy: string;
  key: string;
  base: string;
  headers: Record<string, string>;
  priority: number;
  isNeverCooled: boolean;
  /** What clients may ask it for, and what the vendor calls that. */
  models: Map<string, { upstream: string; isRenamed: boolean }>;
}

/** A key that serves. */
export interface Credential extends CredentialSettings {
  /** From when on it serves, in milliseconds. */
  liveFrom: number;
  /** When it ceases to serve, once its removal has begun. */
  goneAt: number | undefined;
  success: number;
  failed: number;
  /** When it was asked, and whether it answered. */
  asked: { at: number; isGood: boolean }[];
  coolDowns: Map<string, CoolDown>;
}

/** The beginning of a text's SHA-256. */
function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** Gives ids to credentials: the same for the same parts, with a number behind it for each repetition. */
export function idMaker(): (kind: string, ...parts: string[]) => string {
  const made = new Map<string, number>();
  return (kind, ...parts) => {
    const id = `${kind}:${digest([kind, ...parts.map((part) => part.trim())].join('\0'), 12)}`;
    const before = made.get(id) ?? 0;
    made.set(id, before + 1);
    return before === 0 ? id : `${id}-${before}`;
  };
}

/** What names a credential to the management API: the same for the same key at the same address of the same list. */
export function authIndex(list: CredentialSettings['list'], base: string, key: string, id: string): string {
  return digest(key === '' ? `id:${id}` : `${list}:${base.trim()}+${key.trim()}`, 16);
}
