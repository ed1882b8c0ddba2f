import { describe, expect, it } from 'vitest';
import { noAnswer } from '../../src/host/http/no-answer.ts';

describe('why there was no answer', () => {
  const of = (code: string | undefined) => noAnswer(code, 'https://gateway.example.org:8443/sub', 'socket hang up');

  it.each([
    ['ENOTFOUND', 'DNS knows no gateway.example.org', 'spelling'],
    ['EAI_AGAIN', 'DNS gave no answer', 'name server'],
    ['ECONNREFUSED', 'nothing listens at gateway.example.org:8443', 'it runs'],
    ['EHOSTUNREACH', 'no way to gateway.example.org:8443', 'VPN'],
    ['ENETUNREACH', 'no way to', 'VPN'],
    ['CONNECT_TIMEOUT', 'took no connection in time', 'firewall'],
    ['UND_ERR_CONNECT_TIMEOUT', 'took no connection in time', 'firewall'],
    ['ETIMEDOUT', 'took no connection in time', 'firewall'],
    ['ECONNRESET', 'cut the connection', 'firewall'],
    ['UND_ERR_SOCKET', 'cut the connection', 'https answers http://'],
    ['CERT_HAS_EXPIRED', 'has expired', 'Renew'],
    ['CERT_NOT_YET_VALID', 'not valid yet', 'clock'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is self-signed', 'NODE_EXTRA_CA_CERTS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'an authority that this machine does not know', 'NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'leads to no authority', 'intermediate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'leads to no authority', 'NODE_EXTRA_CA_CERTS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is not for gateway.example.org', 'name'],
    ['EPROTO', 'does not speak TLS', 'http://'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS', 'http://'],
    ['HPE_INVALID_CONSTANT', 'not HTTP', 'port'],
    ['HPE_HEADER_OVERFLOW', 'headers that are too long', 'address'],
    ['HTTPParserError', 'not HTTP', 'port'],
    ['BAD_PORT', 'kept for another protocol', 'another port'],
    ['UND_ERR_HEADERS_OVERFLOW', 'headers that are too long', 'address'],
  ])('%s', (code, why, hint) => {
    expect(of(code).why).toContain(why);
    expect(of(code).why).toContain(`(${code})`);
    expect(of(code).hint).toContain(hint);
  });

  it('is told as it came where nobody knows it', () => {
    expect(of('ESTRANGE')).toMatchObject({ why: 'ESTRANGE', neverSent: false, mayPass: true });
    expect(of(undefined)).toMatchObject({ why: 'socket hang up', hint: expect.stringContaining('--host') as unknown });
    expect(of('constructor').why).toBe('constructor');
  });

  it.each([
    ['ECONNREFUSED', true, true],
    ['CERT_HAS_EXPIRED', true, false],
    ['ECONNRESET', false, true],
    ['BAD_PORT', true, false],
    ['EPROTO', false, false],
  ])('%s: never sent %s, may pass %s', (code, neverSent, mayPass) => {
    expect(of(code)).toMatchObject({ neverSent, mayPass });
  });
});
