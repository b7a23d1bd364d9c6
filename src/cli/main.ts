/** The command line. `hyrax start` runs the server in this very process. */
import { enableCompileCache } from 'node:module';

// Page reads must not wait behind commits for one of libuv's threads; read at the first asynchronous call, so set before imports.
process.env['UV_THREADPOOL_SIZE'] ??= '8';
// Compiled code of the sources is kept between starts.
enableCompileCache();

const { Command, CommanderError } = await import('commander');
const { start } = await import('./start.ts');
const { readVersion } = await import('./version.ts');

const program = new Command('hyrax')
  .description('A SQL database server that speaks the PostgreSQL wire protocol')
  .version(readVersion())
  .exitOverride()
  .showHelpAfterError('(hyrax --help tells more)');

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

program
  .command('start')
  .description('start the server in the foreground')
  .option('-D, --data-dir <directory>', 'where the data is; made when it does not exist', './hyrax-data')
  .option('-h, --host <address>', 'address to listen on')
  .option('-p, --port <number>', 'port to listen on')
  .option('--config <file>', "file of settings: name = 'value' lines")
  .option('-c, --set <name=value>', 'one setting; may be given again', collect, [])
  .helpOption('--help', 'show this help')
  .action(start);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its line; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else throw error;
}
