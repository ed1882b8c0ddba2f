import type { HostKindName } from '../core/host-kinds.ts';
import { didYouMean } from '../core/suggest.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Host } from './host.ts';
import type { HttpOptions } from './http/http-client.ts';
import type { AdminLogin, GivenLogin } from './login.ts';
import { newApiKind } from './new-api/kind.ts';
import { sub2apiKind } from './sub2api/kind.ts';
import { wrongAddress } from './http/wrong-address.ts';

/** One kind of host. */
export interface HostKind {
  kind: string;
  /** How it is recognised, for people: what is asked, and what answers. */
  recognisedBy: string;
  /** Whether a host of this kind is there. Sends no credential, and throws where nothing answers. */
  recognise(options: HttpOptions): Promise<boolean>;
  /** Opens a host. Writes nothing. Throws with a code that ends the run by exit 3. */
  connect(options: HttpOptions, login: AdminLogin): Promise<Host>;
  /** Takes the steps of connecting one by one and tells how each went. Throws nothing that a host can cause. */
  diagnose(options: HttpOptions, login: GivenLogin): Promise<Diagnosis>;
}

/** The kinds that relay works with. */
export const hostKinds: readonly HostKind[] = [sub2apiKind, newApiKind] satisfies readonly { kind: HostKindName }[];

/**
 * The kind of the host at an address: the one that was asked for, the only one there is, or the one that is recognised.
 * Throws `HOST_WRONG_ADDRESS` where none is, naming how each is recognised.
 */
export async function kindOf(
  kinds: readonly HostKind[],
  asked: string | undefined,
  options: HttpOptions,
): Promise<HostKind> {
  const [only, ...others] = kinds;
  if (asked === undefined && only !== undefined && others.length === 0) return only;
  const names = kinds.map(({ kind }) => kind);
  for (const each of kinds) if (asked === undefined ? await each.recognise(options) : each.kind === asked) return each;
  if (asked !== undefined)
    throw new RelayError('USAGE', `There is no kind of host "${asked}".${didYouMean(asked, names)}`, {
      hint: `Kinds: ${names.join(', ')}.`,
    });
  const ways = kinds.map(({ kind, recognisedBy }) => `${kind} (${recognisedBy})`).join(', ');
  throw wrongAddress(options.baseUrl, `${options.baseUrl} is not recognised as a host: ${ways}.`, {
    delivery: 'not_applied',
    hint: 'Check the address; if it is one of these, say which: --host-kind KIND.',
  });
}
