/** Listens, accepts, and at the end lets nobody in any more and closes what is open. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Instance } from '../engine/instance.ts';
import { Backends } from './backends.ts';
import { Connection } from './connection.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #backends = new Backends();

  private constructor(instance: Instance) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      void new Connection(socket, instance, this.#backends);
    });
  }

  /** Throws the system's error (EADDRINUSE, EACCES …) when it cannot. */
  static async open(instance: Instance, { host, port }: ListenAddress): Promise<Listener> {
    const listener = new Listener(instance);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject);
      listener.#server.listen({ host, port, backlog: 1024 }, resolve);
    });
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** No new connections from here on. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** Breaks what is still open. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
