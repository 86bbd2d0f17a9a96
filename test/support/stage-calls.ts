import type { HttpRequest, HttpResponse, Service, Transport } from '../../operator/clients/http.ts';
import { OperatorError } from '../../operator/errors.ts';

/** One call of the operator to something outside itself. Watches are not among them. */
export type Call = {
  /** Position among all calls of the stage, from 0. */
  index: number;
  /** On the stage's clock. */
  atMs: number;
  service: Service;
  operation: string;
  method: HttpRequest['method'];
  host: string;
  path: string;
  /** Tenant of the bearer token that went along, as its own claim says; absent: the call carried none. */
  tenantId?: string;
  /** What was written to Fabric. */
  sent?: { body: string; ifMatch: string | undefined };
  /** Absent: no answer yet, or none at all. */
  status?: number;
};

/** Where a call can be interrupted: before anything leaves, or when the work is done and the answer is lost. */
export type Moment = 'before' | 'after';

/** `die`: the process ends here, at once. */
export type Interruption = (call: Call, moment: Moment) => 'die' | undefined;

/** One process of the operator, from its start to its end. */
export type Life = { dead: boolean; underWay: number };

const READS = new Set(['GET', 'HEAD']);

export const isWrite = ({ method }: Pick<Call, 'method'>): boolean => !READS.has(method);
export const isCloud = ({ service }: Pick<Call, 'service'>): boolean =>
  service === 'arm' || service === 'fabric' || service === 'graph';
export const isCloudWrite = (call: Call): boolean => isCloud(call) && isWrite(call);
export const isCloudRead = (call: Call): boolean => isCloud(call) && !isWrite(call);
export const isStatusWrite = (call: Call): boolean =>
  call.service === 'kubernetes' && isWrite(call) && call.path.endsWith('/status');

/** Of what clouds, provenance and everything published are made; status and Events are written and never decided on. */
export const isLastingWrite = (call: Call): boolean =>
  isCloudWrite(call) ||
  (call.service === 'kubernetes' && isWrite(call) && !isStatusWrite(call) && !call.path.includes('/events'));

/** The simulated Entra's tokens are opaque to the operator, and say whose they are to anybody who reads them. */
export function tenantOfToken(headers: HttpRequest['headers']): string | undefined {
  const bearer = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const claims = /^bearer [^.]+\.([^.]+)\./i.exec(bearer ?? '')?.[1];
  if (claims === undefined) return undefined;
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { tid?: string }).tid;
}

export function callText({ index, atMs, service, method, path, status }: Call): string {
  return `#${index} ${new Date(atMs).toISOString().slice(11, 23)} ${service} ${method} ${path} ${status ?? '…'}`;
}

/** Wraps the transport of one life: notes each call, and ends the life where `interrupt` says so. */
export function recordingTransport(
  inner: Transport,
  life: Life,
  note: (request: HttpRequest) => Call,
  interrupt: Interruption,
): Transport {
  const assertAlive = (request: HttpRequest) => {
    if (life.dead) throw dead(request);
  };
  return {
    async send(request): Promise<HttpResponse> {
      assertAlive(request);
      const call = note(request);
      if (interrupt(call, 'before') === 'die') life.dead = true;
      assertAlive(request);
      life.underWay += 1;
      try {
        const response = await inner.send(request);
        call.status = response.status;
        if (!life.dead && interrupt(call, 'after') === 'die') life.dead = true;
        assertAlive(request);
        return response;
      } finally {
        life.underWay -= 1;
      }
    },
    async stream(request) {
      assertAlive(request);
      return inner.stream(request);
    },
    close: () => inner.close(),
  };
}

/** What a dead process would see, if it saw anything. */
function dead(request: HttpRequest): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'NoAnswer',
    message: `${request.operation}: this process has ended`,
  });
}
