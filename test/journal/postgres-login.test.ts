import { createServer, type AddressInfo, type Server } from 'node:net';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secrets/secret.ts';
import { connectPostgres } from '../../src/journal/postgres/connect.ts';

/** The first words of a PostgreSQL that asks for a password in clear, and lets nobody in. */
const asksForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const refusal = Buffer.from('SFATAL\0C28P01\0Mno\0\0');
const letsNobodyIn = Buffer.concat([Buffer.from([0x45, 0, 0, 0, refusal.length + 4]), refusal]);

let folder: string;
let server: Server;
let port: number;
let given: string[];
let gone: Promise<void>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  given = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    gone = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.once('data', () => {
      socket.write(asksForPassword);
      socket.once('data', (answer) => {
        given.push(answer.subarray(5, -1).toString());
        socket.end(letsNobodyIn);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(folder, { recursive: true });
});

const logIn = async (password: Secret | null, passwordFile = '/nowhere/pgpass') => {
  const url = `postgres://ann@127.0.0.1:${port}/relay`;
  const sql = connectPostgres({ url, password, passwordFile, sslMode: 'disable' });
  const said = await sql.query('SELECT 1').catch((error: Error) => error.message);
  await sql.close();
  return said;
};

describe('a server that asks for a password', () => {
  it('is given the one of the address', async () => {
    expect(await logIn(new Secret('p%/w:ord'))).toBe('no');
    expect(given).toEqual(['p%/w:ord']);
  });

  it('is given the one of a password file', async () => {
    const file = join(folder, 'pgpass');
    const lines = ['# for tests', 'db:5432:*:*:other', `127.0.0.1:${port}:*:a\\nn:p\\:q\\\\r`, '*:*:relay:*:late', ''];
    await writeFile(file, lines.join('\n'), { mode: 0o600 });
    expect(await logIn(null, file)).toBe('no');
    await chmod(file, 0o644);
    expect(await logIn(null, file)).toMatch(/pgpass is open to others; its mode must be 0600/);
    expect(given).toEqual(['p:q\\r']);
  });

  it('is left, with no connection open, where there is none', async () => {
    expect(await logIn(null)).toBe(
      'it wants a password for ann, and neither the address, PGPASSWORD nor /nowhere/pgpass has it',
    );
    await gone;
    expect(given).toEqual([]);
  });
});

it('a server without TLS is met without, by all who come at once', async () => {
  const plain = createServer((socket) => {
    socket.on('error', () => undefined);
    // The question for TLS is eight bytes; what else is said first is a login.
    socket.once('data', (bytes) => {
      if (bytes.length > 8) return void socket.end(letsNobodyIn);
      socket.write('N');
      socket.once('data', () => socket.end(letsNobodyIn));
    });
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const url = `postgres://ann@127.0.0.1:${(plain.address() as AddressInfo).port}/relay`;
  const sql = connectPostgres({ url, password: null, passwordFile: '/nowhere/pgpass', sslMode: undefined });
  const said = await Promise.all(
    ['1', '2', '3'].map((each) => sql.query(`SELECT ${each}`).catch((error: Error) => error.message)),
  );
  await sql.close();
  await new Promise<void>((resolve) => plain.close(() => resolve()));
  expect(said).toEqual(['no', 'no', 'no']);
});
