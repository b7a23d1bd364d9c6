import type { RunningServer } from '../server.ts';
import { findLosses, write, type Ledger } from './ledger.ts';

const writerCount = 8;

/** Kills the server at a random moment under load, restarts it and checks, `rounds` times; returns the running server. */
export async function killRounds(server: RunningServer, ledger: Ledger, rounds: number): Promise<RunningServer> {
  let current = server;
  for (let round = 0; round < rounds; round++) {
    const { port } = current;
    const writers = Array.from({ length: writerCount }, () => write(port, ledger));
    await new Promise((done) => setTimeout(done, 100 + Math.random() * 700));
    await current.kill();
    await Promise.all(writers);
    current = await current.restart();
    const problems = await findLosses(current.port, ledger);
    if (problems.length > 0) throw new Error(`after kill ${round + 1}: ${problems.slice(0, 5).join('; ')}`);
  }
  return current;
}
