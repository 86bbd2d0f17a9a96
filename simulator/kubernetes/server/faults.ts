import type { ApiRequest } from './reply.ts';

/** What happens to a request in place of, or besides, being served. */
export type Fault =
  /** Answers this and does nothing. */
  | { kind: 'answer'; code: number; reason?: string; message?: string; retryAfterSeconds?: number }
  /** Answers this text, whatever it is. */
  | { kind: 'garbage'; code: number; body: string; contentType?: string }
  /** Breaks the connection and does nothing. */
  | { kind: 'refuse' }
  /** Does the work, then breaks the connection: the client cannot know. */
  | { kind: 'loseReply' }
  /** Does the work, then sends half of the answer. */
  | { kind: 'truncate' }
  /** Does the work after a while. */
  | { kind: 'delay'; delayMs: number }
  /** Never answers; the connection stays. */
  | { kind: 'hang' };

export type RequestPredicate = (request: Pick<ApiRequest, 'method' | 'path' | 'query' | 'userAgent'>) => boolean;

export type Faults = {
  /** Lets the next `times` matching requests (default 1) meet the fault. The result takes back what is left of it. */
  failNext(matches: RequestPredicate, fault: Fault, times?: number): () => void;
  /** The fault of this request, used up. */
  take(request: ApiRequest): Fault | undefined;
  clear(): void;
};

export function createFaults(): Faults {
  const planned = new Set<{ matches: RequestPredicate; fault: Fault; left: number }>();
  return {
    failNext(matches, fault, times = 1) {
      const plan = { matches, fault, left: times };
      planned.add(plan);
      return () => planned.delete(plan);
    },
    take(request) {
      for (const plan of planned) {
        if (!plan.matches(request)) continue;
        plan.left -= 1;
        if (plan.left <= 0) planned.delete(plan);
        return plan.fault;
      }
      return undefined;
    },
    clear: () => planned.clear(),
  };
}
