import type { Secret } from './secrets/secret.ts';

/** A proxy through which a host is reached. */
export interface Proxy {
  /** Its address, without a login. */
  address: string;
  /** The variable that names it. */
  variable: string;
  /** What it is told in `Proxy-Authorization`, when it asks for a login. */
  authorization: Secret | null;
}
