import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy for one server of bytes, whose connections can be cut. */
export interface CuttingProxy {
  port: number;
  /** How many pieces clients have sent so far. */
  pieces(): number;
  /** Cuts every connection at the piece with this number, before it is handed on or right after. */
  cutAt(piece: number, when: 'before' | 'after'): void;
  /** Lets nothing through until it is told to again. */
  block(blocked: boolean): void;
  close(): Promise<void>;
}

/** Starts a proxy on loopback to a server there. */
export async function cuttingProxy(host: string, port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let pieces = 0;
  let due: { piece: number; when: 'before' | 'after' } | undefined;
  let isBlocked = false;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isBlocked) return void client.destroy();
    const upstream = connect(port, host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    client.on('data', (bytes) => {
      pieces += 1;
      const isDue = due?.piece === pieces;
      if (isDue && due?.when === 'before') return cut();
      upstream.write(bytes, () => {
        if (isDue) cut();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pieces: () => pieces,
    cutAt: (piece, when) => {
      pieces = 0;
      due = { piece, when };
    },
    block: (blocked) => {
      isBlocked = blocked;
      if (blocked) cut();
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
