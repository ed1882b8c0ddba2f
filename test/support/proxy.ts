import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { testCertificate, testCertificateKey } from './test-certificate.ts';

export interface TestProxy {
  url: string;
  port: number;
  /** What it was asked for: `CONNECT gateway.test:443`, `GET http://gateway.test/…`. */
  asked: string[];
  /** The logins it was given. */
  logins: (string | undefined)[];
  stop: () => Promise<void>;
}

/**
 * A proxy that leads every name to ports of this machine: tunnels to `tls`, plain requests to `plain`. It answers `refuse`
 * instead where that is given.
 */
export async function startProxy(to: { tls?: number; plain?: number; refuse?: number }): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method ?? ''} ${url ?? ''}`);
    logins.push(headers['proxy-authorization']);
  };
  const server = createServer((request, response) => {
    note(request);
    if (to.refuse !== undefined) return void response.writeHead(to.refuse).end();
    const { pathname, search } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = httpRequest(
      { port: to.plain, host: '127.0.0.1', path: pathname + search, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
    return undefined;
  });
  server.on('connect', (request, client: Socket) => {
    note(request);
    client.on('error', () => undefined);
    if (to.refuse !== undefined) return void client.end(`HTTP/1.1 ${to.refuse} No\r\n\r\n`);
    const onward = connect(to.tls ?? 0, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    return undefined;
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    logins,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Speaks TLS as gateway.test before a port of this machine that speaks plain http. */
export async function startTls(plain: number): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ cert: testCertificate, key: testCertificateKey }, (client) => {
    sockets.add(client);
    const onward = connect(plain, '127.0.0.1');
    client.on('error', () => onward.destroy());
    onward.on('error', () => client.destroy());
    onward.pipe(client).pipe(onward);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
