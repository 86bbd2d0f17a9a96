import type { RequestRecord } from './clients/exchange.ts';
import type { CallRecord } from './clients/transport.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './runtime/metrics.ts';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * What is counted of every call that leaves the process. Series are by service, operation and outcome, never by object,
 * tenant or name: their number does not grow with the fleet.
 */
export function createCallMetrics(metrics: Metrics, log: Logger) {
  const kubernetes = metrics.counter('rest_client_requests_total', 'Requests to the API server.', [
    'code',
    'method',
    'host',
  ]);
  const clouds = metrics.counter('fabriclink_cloud_requests_total', 'Requests to Azure and Fabric.', [
    'service',
    'operation',
    'method',
    'code',
  ]);
  const seconds = metrics.histogram(
    'fabriclink_cloud_request_duration_seconds',
    'Time until Azure or Fabric answered.',
    ['service', 'operation'],
    SECONDS,
  );
  return {
    onCall(call: CallRecord): void {
      if (call.service !== 'kubernetes') return;
      kubernetes.add({ code: String(call.status ?? '<error>'), method: call.method, host: call.host });
    },
    onRequest(record: RequestRecord): void {
      const { service, operation, method } = record;
      clouds.add({ service, operation, method, code: String(record.status ?? '<error>') });
      seconds.observe({ service, operation }, record.durationMs / 1000);
      const fields = { ...record, durationMs: Math.round(record.durationMs) };
      // Every mutation of a cloud leaves a line: the audit trail of what was sent, beside the Event of why.
      if (record.write) log.info('cloud write', fields);
      else log.debug('cloud read', fields);
    },
  };
}
