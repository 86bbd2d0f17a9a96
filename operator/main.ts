/**
 * The operator as a process. Everything that it is told comes from the environment (operator/config.ts).
 *
 * Exit codes: 0 drained after SIGTERM or SIGINT, 1 configuration, 2 Lease lost, 3 internal error.
 */
const OLDEST_NODE = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  // Without the optional package that carries Node 24, npm falls back silently to the machine's own.
  console.error(
    `fabric-link-operator needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}. ` +
      'Run it through npm (npm run operator), or run npm ci again without --omit=optional.',
  );
  process.exit(1);
}

const { readConfig } = await import('./config.ts');
const read = readConfig(process.env);
if (!read.ok) {
  console.error(`The configuration has ${read.problems.length} problem(s):`);
  for (const problem of read.problems) console.error(`  ${problem}`);
  process.exit(1);
}

const { trustAlso } = await import('./authorities.ts');
trustAlso(read.config.authorities);

const { createLogger } = await import('./log.ts');
const { createOperator, ConfigurationError } = await import('./wire.ts');
const log = createLogger(read.config.logLevel);
for (const warning of read.warnings) log.warn(warning);

/** Ends the process at once; used where draining is no longer possible or no longer allowed. */
function die(code: 2 | 3, message: string, fields: object): void {
  log.error(message, fields);
  process.exitCode = code;
  // Standard output may be a pipe that still holds the line above.
  process.stdout.write('', () => process.exit(code));
}

process.on('uncaughtException', (error) => die(3, 'uncaught exception', { error: error.message, stack: error.stack }));
process.on('unhandledRejection', (reason) => {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  die(3, 'unhandled rejection', { error: error.message, stack: error.stack });
});

try {
  const operator = await createOperator(read.config, { log });
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info('draining', { signal });
    operator.stop().then(
      () => {
        log.info('drained');
        process.exit(0);
      },
      (error: unknown) => die(3, 'drain failed', { error: error instanceof Error ? error.message : String(error) }),
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  operator.onLeaseLost(() => die(2, 'the Lease is lost; another replica goes on', {}));
  await operator.start();
} catch (error) {
  if (error instanceof ConfigurationError) {
    console.error(error.message);
    process.exit(1);
  }
  die(3, 'start failed', { error: error instanceof Error ? error.message : String(error) });
}
