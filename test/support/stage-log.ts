import type { Logger } from '../../operator/log.ts';
import type { LogLine } from './stage-types.ts';

/** Hands over every line but the debug ones. */
export function recordingLogger(take: (line: LogLine) => void): Logger {
  const at = (level: string, base: object) => (message: string, fields?: object) =>
    take({ level, message, fields: { ...base, ...fields } });
  const make = (base: object): Logger => ({
    debug() {},
    info: at('info', base),
    warn: at('warn', base),
    error: at('error', base),
    with: (fields) => make({ ...base, ...fields }),
  });
  return make({});
}
