import type { HostKindName } from '../core/host-kinds.ts';
import { didYouMean } from '../core/suggest.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Host } from './host.ts';
import type { HttpOptions } from './http/http-client.ts';
import type { AdminLogin, GivenLogin } from './login.ts';
import { sub2apiKind } from './sub2api/kind.ts';
import { HostFailure } from './host-failure.ts';
import { addressHint, loginInFront, wrongAddress } from './http/wrong-address.ts';

/** One kind of host. */
export interface HostKind {
  kind: string;
  /** How it is recognised, for people: what is asked, and what answers. */
  recognisedBy(): Promise<string> | string;
  /** Whether a host of this kind is there. Sends no credential. Throws `HostFailure` where the answer does not tell. */
  recognise(options: HttpOptions): Promise<boolean>;
  /** Opens a host. Writes nothing. Throws with a code that ends the run by exit 3. */
  connect(options: HttpOptions, login: AdminLogin): Promise<Host>;
  /** Takes the steps of connecting one by one and tells how each went. Throws nothing that a host can cause. */
  diagnose(options: HttpOptions, login: GivenLogin): Promise<Diagnosis>;
}

/** Loaded when it is asked: a host that the first kind recognises is none of the others. */
function later<Kind extends HostKindName>(
  kind: Kind,
  load: () => Promise<Omit<HostKind, 'recognisedBy'> & { recognisedBy: string }>,
): HostKind & { kind: Kind } {
  return {
    kind,
    recognisedBy: async () => (await load()).recognisedBy,
    recognise: async (options) => (await load()).recognise(options),
    connect: async (options, login) => (await load()).connect(options, login),
    diagnose: async (options, login) => (await load()).diagnose(options, login),
  };
}

const newApiLater = later('new-api', () => import('./new-api/kind.ts').then(({ newApiKind }) => newApiKind));
const cliproxyapiLater = later('cliproxyapi', () =>
  import('./cliproxyapi/kind.ts').then(({ cliproxyapiKind }) => cliproxyapiKind),
);

/** The kinds that relay works with. */
export const hostKinds: readonly HostKind[] = [sub2apiKind, newApiLater, cliproxyapiLater] satisfies readonly {
  kind: HostKindName;
}[];

/**
 * The kind of the host at an address: the one that was asked for, the only one there is, or the one that is recognised.
 * Where an answer rules all others out, it is the one that is left. Throws `HOST_WRONG_ADDRESS` where none is recognised,
 * naming how each would be, and what came of asking where nothing can be told.
 */
export async function kindOf(
  kinds: readonly HostKind[],
  asked: string | undefined,
  options: HttpOptions,
): Promise<HostKind> {
  const [only, ...others] = kinds;
  if (asked === undefined && only !== undefined && others.length === 0) return only;
  const names = kinds.map(({ kind }) => kind);
  const named = kinds.find(({ kind }) => kind === asked);
  if (named !== undefined) return named;
  if (asked !== undefined)
    throw new RelayError('USAGE', `There is no kind of host "${asked}".${didYouMean(asked, names)}`, {
      hint: `Kinds: ${names.join(', ')}.`,
    });
  const failures: { kind: HostKind; failure: HostFailure }[] = [];
  for (const kind of kinds)
    try {
      if (await kind.recognise(options)) return kind;
    } catch (failure) {
      if (!(failure instanceof HostFailure) || failure.status === undefined) throw failure;
      failures.push({ kind, failure });
    }
  const [open, ...alsoOpen] = failures;
  // The one that is not ruled out knows best what its own host means by that.
  if (open !== undefined && alsoOpen.length === 0) return open.kind;
  if (open?.failure.status === 401 || open?.failure.status === 407)
    throw loginInFront(options.baseUrl, open.failure.status);
  if (open !== undefined) throw open.failure;
  const ways = await Promise.all(kinds.map(async (each) => `${each.kind} (${await each.recognisedBy()})`));
  throw wrongAddress(options.baseUrl, `${options.baseUrl} is not recognised as a host: ${ways.join(', ')}.`, {
    delivery: 'not_applied',
    hint: `${addressHint(options.baseUrl)} If it is one of these hosts, say which: --host-kind KIND.`,
  });
}
