/** Writes expected.json: what PostgreSQL answers. `bin/with-node test/clients/protocol/generate.ts <port> <database>`. */
import { writeFileSync } from 'node:fs';
import { runScenario, scenarios } from './scenarios.ts';

const [port = '5432', database = 'postgres'] = process.argv.slice(2);
const expected: Record<string, readonly string[]> = {};
for (const name of Object.keys(scenarios)) expected[name] = await runScenario(name, { port: Number(port), database });
writeFileSync(new URL('expected.json', import.meta.url), `${JSON.stringify(expected, undefined, 2)}\n`);
