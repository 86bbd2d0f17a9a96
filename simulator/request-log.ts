import type { ServiceName } from './exchange.ts';

export type LoggedRequest = {
  service: ServiceName;
  method: string;
  path: string;
  query: string;
  host: string;
  /** Where the socket arrived: 127.0.0.1 or a private endpoint's address. */
  localAddress: string;
  tenantId?: string;
  /** Object id of the caller's service principal. */
  principalId?: string;
  /** 0: the connection was cut before an answer. */
  status: number;
  /** Length of the answer's body. */
  bytes: number;
  /** Milliseconds since the epoch, on the simulator's clock. */
  atMs: number;
};

type Where = Partial<Pick<LoggedRequest, 'service' | 'method' | 'status'>> & { path?: RegExp };

export type RequestLog = {
  record(entry: LoggedRequest): void;
  /** Newest last. Older entries than the last `keep` are dropped; counters go on. */
  list(where?: Where): LoggedRequest[];
  /** Requests since the start or the last `clear`, by `service method`. */
  counters(): Record<string, number>;
  count(where: { service?: ServiceName; method?: string }): number;
  /** Every kept request that may have changed something: neither a read nor a token request. */
  writes(): LoggedRequest[];
  clear(): void;
};

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createRequestLog(keep = 100_000): RequestLog {
  let entries: LoggedRequest[] = [];
  const counts = new Map<string, number>();
  const fits = (entry: LoggedRequest, where: Where) =>
    (where.service === undefined || entry.service === where.service) &&
    (where.method === undefined || entry.method === where.method) &&
    (where.status === undefined || entry.status === where.status) &&
    (where.path === undefined || where.path.test(entry.path));
  return {
    record(entry) {
      entries.push(entry);
      // Dropping in blocks keeps the cost per request constant.
      if (entries.length > keep * 2) entries = entries.slice(-keep);
      const key = `${entry.service} ${entry.method}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    list: (where = {}) => entries.filter((entry) => fits(entry, where)),
    counters: () => Object.fromEntries(counts),
    count: ({ service, method }) =>
      [...counts].reduce((sum, [key, count]) => {
        const [ofService, ofMethod] = key.split(' ');
        const counted = (!service || service === ofService) && (!method || method === ofMethod);
        return counted ? sum + count : sum;
      }, 0),
    writes: () => entries.filter(({ service, method }) => service !== 'login' && !READS.has(method)),
    clear() {
      entries = [];
      counts.clear();
    },
  };
}
