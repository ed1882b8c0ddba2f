import type { Problem } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';

/** The login of an admin: a key, with whose it is where the host wants to know, or a name with a password. */
export type AdminLogin = ({ key: Secret; user?: string | undefined } | { email: string; password: Secret }) & {
  /** What a shell puts in the place of the secret, between double quotes: for commands that people are given. */
  inShell?: string;
};

/** The secret of a login, whichever it is. */
export function secretOf(login: AdminLogin): Secret {
  return 'key' in login ? login.key : login.password;
}

/** A login and where it comes from, or why there is none. */
export type GivenLogin = (AdminLogin & { from?: string }) | { missing: Problem };
