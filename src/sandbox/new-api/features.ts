/** The states of new-api that the sandbox can imitate: A of May 2026, B of July 2026. */
export const hostVersions = ['A', 'B'] as const;
export type HostVersion = (typeof hostVersions)[number];

/** What differs between them; routes read this table and never compare names. */
export interface Features {
  /** A login gives a bearer token of fifteen minutes instead of a session cookie. */
  bearerLogin: boolean;
  /** Admin calls must name their user in `New-Api-User`. */
  needsUserHeader: boolean;
  /** A login that fails is 401 or 403 with a code; else most of it is 200. */
  codesForLogin: boolean;
  /** The status of a channel has routes of its own, and a PUT that names it is refused as a whole. */
  statusRoutes: boolean;
  /** A body of one-api's flat form makes the host panic. */
  panicsWithoutChannel: boolean;
  /** A 429 says after how long the window is over. */
  retryAfter: boolean;
  /** Admins make and remove channels only with a permission of their own. */
  permissions: boolean;
  /** The name of a user must be in every change; else a change without one empties it. */
  wantsUserName: boolean;
  /** A list of models that is not given is told with its reason as 200; else by 500 without one. */
  tellsFetchFailure: boolean;
  /** Deleting many tells how many there were; else how many were named. */
  countsDeleted: boolean;
  /** Giving a plan tells of its group even where the user is in it already. */
  tellsEveryGroup: boolean;
  /** Another group or password ends the logins of a user. */
  endsLogins: boolean;
  /** Why a key is not shown without a fresh second factor. */
  keyRefusal: { code: string; message: string };
}

const table: Record<HostVersion, Features> = {
  A: {
    bearerLogin: false,
    needsUserHeader: true,
    codesForLogin: false,
    statusRoutes: false,
    panicsWithoutChannel: true,
    retryAfter: false,
    permissions: false,
    wantsUserName: false,
    tellsFetchFailure: false,
    countsDeleted: false,
    tellsEveryGroup: true,
    endsLogins: false,
    keyRefusal: { code: 'VERIFICATION_REQUIRED', message: '需要安全验证' },
  },
  B: {
    bearerLogin: true,
    needsUserHeader: false,
    codesForLogin: true,
    statusRoutes: true,
    panicsWithoutChannel: false,
    retryAfter: true,
    permissions: true,
    wantsUserName: true,
    tellsFetchFailure: true,
    countsDeleted: true,
    tellsEveryGroup: false,
    endsLogins: true,
    keyRefusal: { code: 'SECURITY_PROOF_INVALID', message: '安全验证状态无效' },
  },
};

/** The features of a version. */
export function featuresOf(version: HostVersion): Features {
  return table[version];
}
