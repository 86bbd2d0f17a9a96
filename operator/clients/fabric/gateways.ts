import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { saysAbsent, verdictOf } from '../classify.ts';
import { jsonOf } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import { objectAt, textAt } from '../raw.ts';
import { retryAfterMs } from '../retry-after.ts';
import { stableText } from '../stable-text.ts';
import type { FabricContext } from './context.ts';
import type { FabricCall, FabricRest, RawItem } from './rest.ts';
import type { FabricClient, Gateway } from './types.ts';

const LIST_PERIOD_MS = 1_200_000;
const STATUS_PERIOD_MS = 1_200_000;
/** Between two looks at a check that is under way, when Fabric names no interval (section 3.3: 20 and 30 s in samples). */
const POLL_MS = 20_000;
/** A check that has not ended by then is begun anew. */
const LONGEST_CHECK_MS = 600_000;
const MOST_CHECKS = 1_000;

/** A check under way: where Fabric said that it can be followed, and when it may be looked at. */
type Check = { url: string; begunAtMs: number; notBeforeMs: number };

/** Data gateways and whether they answer (cloud-apis sections 13 and 3.3). */
export function createGateways(
  context: FabricContext,
  rest: FabricRest,
): Pick<FabricClient, 'gateways' | 'gatewayStatus'> {
  const { observers, clock, cacheKey } = context;
  /** A hint: after a restart the checks are begun anew, which changes nothing. */
  const checks = new Map<string, Check>();

  const about = (gatewayId: string, operation: string, call: CallOptions): FabricCall => ({
    path: `/v1/gateways/${encodeURIComponent(gatewayId)}/checkStatus`,
    operation,
    what: `check the status of gateway ${gatewayId}`,
    call,
  });

  /** Begins a check; the answer is there at once, or where the headers say. */
  const begin = async (gatewayId: string, call: CallOptions): Promise<string | undefined> => {
    const request = about(gatewayId, 'gateways.checkStatus', call);
    const response = await rest.post({ ...request, safe: true });
    if (response.status !== 202) return statusIn(response, request.what);
    const url = operationOf(response);
    if (checks.size >= MOST_CHECKS) checks.clear();
    if (url !== undefined) checks.set(gatewayId, { url, begunAtMs: clock.now(), notBeforeMs: dueAfter(response) });
    return undefined;
  };

  /** One look at a check that is under way. */
  const follow = async (gatewayId: string, check: Check, call: CallOptions): Promise<string | undefined> => {
    if (clock.now() < check.notBeforeMs) return undefined;
    const request = about(gatewayId, 'operations.get', call);
    const response = await rest.follow(check.url, request);
    const operation = jsonOf(response, request.what);
    const state = textAt(operation, 'status');
    if (state === 'Failed') {
      checks.delete(gatewayId);
      throw failedCheck(request.what, objectAt(operation, 'error'));
    }
    if (state !== 'Succeeded') {
      check.notBeforeMs = dueAfter(response);
      return undefined;
    }
    const result = await rest.follow(resultOf(response, check.url), { ...request, operation: 'operations.result' });
    checks.delete(gatewayId);
    return statusIn(result, request.what);
  };

  const dueAfter = (response: HttpResponse) =>
    clock.now() + (retryAfterMs(response.headers, clock.now()) ?? clock.scaled(POLL_MS));

  return {
    gateways: (call) =>
      observers.read(`${cacheKey}|fabric|gateways`.toLowerCase(), LIST_PERIOD_MS, call, async (shared) => {
        const what = 'list the data gateways';
        return (await rest.list({ path: '/v1/gateways', operation: 'gateways.list', what, call: shared })).map(
          readGateway,
        );
      }),
    gatewayStatus(gatewayId, call) {
      const id = gatewayId.toLowerCase();
      const key = `${cacheKey}|fabric|gateway-status|${id}`.toLowerCase();
      const known = observers.peek<string | undefined>(key);
      // "Not known yet" ages faster than an answer: it is what the next look is for.
      const pollMs = clock.scaled(POLL_MS);
      const asked =
        known && known.value === undefined ? { ...call, maxAgeMs: Math.min(call.maxAgeMs ?? pollMs, pollMs) } : call;
      return observers.read(key, STATUS_PERIOD_MS, asked, async (shared) => {
        const check = checks.get(id);
        if (!check || clock.now() - check.begunAtMs > clock.scaled(LONGEST_CHECK_MS)) return begin(id, shared);
        try {
          return await follow(id, check, shared);
        } catch (error) {
          // Operations are forgotten after a while: that says nothing about the gateway.
          if (!saysAbsent(error)) throw error;
          checks.delete(id);
          return undefined;
        }
      });
    },
  };
}

function readGateway(raw: RawItem): Gateway {
  const network = objectAt(raw, 'virtualNetworkAzureResource');
  const [subscription, group, vnet, subnet] = [
    'subscriptionId',
    'resourceGroupName',
    'virtualNetworkName',
    'subnetName',
  ].map((key) => segmentAt(network, key));
  const virtualNetworkId =
    subscription && group && vnet
      ? `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/virtualNetworks/${vnet}`
      : undefined;
  return {
    id: textAt(raw, 'id') ?? '',
    displayName: textAt(raw, 'displayName'),
    type: textAt(raw, 'type') ?? 'Unknown',
    ...(virtualNetworkId && { virtualNetworkId }),
    ...(virtualNetworkId && subnet && { subnetId: `${virtualNetworkId}/subnets/${subnet}` }),
  };
}

/** One segment of an ARM id: a slash in it would make it another resource. */
function segmentAt(from: RawItem, key: string): string | undefined {
  const text = textAt(from, key);
  return text === undefined || text === '' || text.includes('/') ? undefined : text;
}

function statusIn(response: HttpResponse, what: string): string | undefined {
  return textAt(jsonOf(response, what), 'status');
}

/** `Location`, or the id that comes beside it (section 3.3). */
function operationOf({ headers }: HttpResponse): string | undefined {
  const id = headers['x-ms-operation-id'];
  return headers['location'] ?? (id === undefined ? undefined : `/v1/operations/${encodeURIComponent(id)}`);
}

/** The poll's `Location` once it leads to the result; vendor samples omit `/v1` in it, hence composed when it is absent. */
function resultOf({ headers }: HttpResponse, operationUrl: string): string {
  const location = headers['location'];
  return location?.endsWith('/result') ? location : `${operationUrl.replace(/[?#].*$/, '')}/result`;
}

function failedCheck(what: string, error: RawItem): OperatorError {
  const code = textAt(error, 'errorCode');
  const text = stableText(textAt(error, 'message') ?? '');
  return new OperatorError({
    ...((code && verdictOf('fabric', code)) || { disposition: 'transient', reason: 'ServiceFailure' }),
    message: `cannot ${what}: ${[code, text].filter(Boolean).join(': ') || 'the check failed'}`,
    ...(code === undefined ? {} : { code }),
  });
}
