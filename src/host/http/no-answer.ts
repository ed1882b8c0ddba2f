/** Why a request got no answer, as far as the system's code tells: what it means here and what to do about it. */
export interface NoAnswer {
  why: string;
  hint: string;
  /** The request certainly never reached the host. */
  neverSent: boolean;
  /** The same request may well succeed a little later. */
  mayPass: boolean;
  /** No connection came about: what listens there, or does not, is at fault. */
  isReach: boolean;
}

type Told = (place: { host: string; hostname: string; named: string }) => { why: string; hint: string };

const trusting = (what: string) => `set NODE_EXTRA_CA_CERTS to a PEM file that holds ${what}.`;

const dns = new Map<string, Told>(
  Object.entries({
    ENOTFOUND: ({ hostname, named }) => ({
      why: `DNS knows no ${hostname}`,
      hint: `Check the spelling of ${named}, and that this machine can resolve names.`,
    }),
    EAI_AGAIN: ({ hostname }) => ({
      why: `DNS gave no answer about ${hostname}`,
      hint: 'Check the network and the name server of this machine, then try again.',
    }),
  }),
);

const noRoute: Told = ({ host }) => ({
  why: `there is no way to ${host} from here`,
  hint: 'Check the network of this machine, a VPN, and the address.',
});

const slowConnect: Told = ({ host }) => ({
  why: `${host} took no connection in time`,
  hint: 'Check the address and the port; a firewall in between may drop what it does not let through.',
});

const connecting = new Map<string, Told>(
  Object.entries({
    ECONNREFUSED: ({ host, named }) => ({
      why: `nothing listens at ${host}`,
      hint: `Check that it runs, and the address and port of ${named}.`,
    }),
    EHOSTUNREACH: noRoute,
    ENETUNREACH: noRoute,
    EADDRNOTAVAIL: noRoute,
    CONNECT_TIMEOUT: slowConnect,
    UND_ERR_CONNECT_TIMEOUT: slowConnect,
    UND_ERR_PRX_TLS: ({ host, named }) => ({
      why: `no TLS came about with ${host} behind the proxy`,
      hint: `Check the address and the port of ${named}.`,
    }),
  }),
);

const unknownIssuer: Told = () => ({
  why: 'its certificate comes from an authority that this machine does not know',
  hint: `If that is meant, ${trusting('the certificate of that authority')}`,
});

const brokenChain: Told = () => ({
  why: 'its certificate leads to no authority that this machine knows',
  hint: `Let the server send its intermediate certificates too, or ${trusting('the missing ones')}`,
});

const certificates = new Map<string, Told>(
  Object.entries({
    CERT_HAS_EXPIRED: () => ({
      why: 'its certificate has expired',
      hint: 'Renew the certificate of the server. If it is fresh, check the clock of this machine.',
    }),
    CERT_NOT_YET_VALID: () => ({
      why: 'its certificate is not valid yet',
      hint: 'Check the clock of this machine, then the certificate of the server.',
    }),
    DEPTH_ZERO_SELF_SIGNED_CERT: () => ({
      why: 'its certificate is self-signed',
      hint: `If that is meant, ${trusting('this certificate')}`,
    }),
    SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
    UNABLE_TO_GET_ISSUER_CERT: brokenChain,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: brokenChain,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: brokenChain,
    ERR_TLS_CERT_ALTNAME_INVALID: ({ hostname }) => ({
      why: `its certificate is not for ${hostname}`,
      hint: 'Use the name that the certificate is for, or give the server a certificate for this one.',
    }),
  }),
);

const badPort: Told = ({ host }) => ({
  why: `nothing may be sent to ${host}, whose port is kept for another protocol`,
  hint: 'Give the server another port: no browser and no fetch sends HTTP to this one.',
});

const noTls: Told = ({ host, named }) => ({
  why: `${host} does not speak TLS as it should`,
  hint: `Check the port. If it speaks plain http there, write http:// in ${named}.`,
});

const cut: Told = ({ host }) => ({
  why: `${host} cut the connection`,
  hint: 'Check the port: one for https answers http:// so. A firewall or a proxy in between may do it too.',
});

const longHeaders: Told = ({ host }) => ({
  why: `${host} answers with headers that are too long`,
  hint: 'Check the address; this is not how an API answers.',
});

const later = new Map<string, Told>(
  Object.entries({
    ETIMEDOUT: slowConnect,
    ECONNRESET: cut,
    EPIPE: cut,
    UND_ERR_SOCKET: cut,
    HPE_HEADER_OVERFLOW: longHeaders,
    UND_ERR_HEADERS_OVERFLOW: longHeaders,
  }),
);

const notHttp: Told = ({ host, named }) => ({
  why: `${host} answers with something that is not HTTP`,
  hint: `Check the port: something else listens there. If it is for https, write https:// in ${named}.`,
});

/**
 * What a code of the system, of TLS or of the HTTP parser means for a request to `url`, whose address is given by the option
 * `named`. Unknown codes are told as they are.
 */
export function noAnswer(code: string | undefined, url: string, otherwise: string, named = '--host'): NoAnswer {
  const { host, hostname } = new URL(url);
  const told = (tell: Told, neverSent: boolean, mayPass: boolean): NoAnswer => {
    const { why, hint } = tell({ host, hostname, named });
    return { why: `${why} (${code})`, hint, neverSent, mayPass, isReach: before !== undefined };
  };
  const known = code ?? '';
  const before = dns.get(known) ?? connecting.get(known);
  if (before !== undefined) return told(before, true, true);
  if (known === 'BAD_PORT') return told(badPort, true, false);
  const refused = certificates.get(known);
  if (refused !== undefined) return told(refused, true, false);
  if (known === 'ERR_SSL_WRONG_VERSION_NUMBER') return told(noTls, true, false);
  if (known === 'EPROTO' || known.startsWith('ERR_SSL_')) return told(noTls, false, false);
  const after = later.get(known);
  if (after !== undefined) return told(after, false, true);
  if (known.startsWith('HPE_') || known === 'HTTPParserError') return told(notHttp, false, true);
  return {
    why: code ?? otherwise,
    hint: `Check ${named}, the network, and that it runs.`,
    neverSent: false,
    mayPass: true,
    isReach: false,
  };
}
