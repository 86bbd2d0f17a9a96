/** One request that was answered, or a watch that was opened. Never holds bodies or tokens. */
export type LoggedRequest = {
  /** Milliseconds since the epoch. */
  atMs: number;
  method: string;
  path: string;
  query: string;
  userAgent: string;
  /** HTTP status; 0 when the connection was broken. */
  code: number;
  isWatch: boolean;
};

export type RequestLog = {
  add(request: LoggedRequest): void;
  /** Oldest first. */
  all(): LoggedRequest[];
  clear(): void;
};

/** Keeps the latest requests, at least `limit` of them. */
export function createRequestLog(limit = 20_000): RequestLog {
  let requests: LoggedRequest[] = [];
  return {
    add(request) {
      requests.push(request);
      if (requests.length > limit * 2) requests = requests.slice(-limit);
    },
    all: () => requests.slice(),
    clear() {
      requests = [];
    },
  };
}
