import { type DestinationStream, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line per call: constant text, everything that varies as fields. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  /** A logger that adds these fields to each of its lines. */
  with(fields: object): Logger;
}

/** JSON lines on stdout (or `destination`), RFC 3339 time. */
export function createLogger(level: LogLevel = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Belt and braces: no caller logs these, and if one ever does they do not come out.
    redact: {
      paths: ['*.authorization', '*.client_secret', '*.client_assertion', '*.access_token'],
      censor: '[redacted]',
    },
  };
  const base = destination ? pino(options, destination) : pino(options);
  const wrap = (inner: typeof base): Logger => ({
    debug: (message, fields) => inner.debug(fields ?? {}, message),
    info: (message, fields) => inner.info(fields ?? {}, message),
    warn: (message, fields) => inner.warn(fields ?? {}, message),
    error: (message, fields) => inner.error(fields ?? {}, message),
    with: (fields) => wrap(inner.child(fields)),
  });
  return wrap(base);
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLogger,
};
