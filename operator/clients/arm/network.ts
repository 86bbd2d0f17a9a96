import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { unreadableAnswer } from '../classify.ts';
import { rebase } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import { armQuotas } from '../quotas.ts';
import type { ArmContext } from './context.ts';
import type { NetworkManagementClient, NetworkSdk, SendSdkRequest } from './network-sdk.ts';

export type NetworkCall = {
  subscriptionId: string;
  operation: string;
  what: string;
  call: CallOptions;
  /** Told of the answer to a write, whose headers the SDK keeps to itself. */
  onWritten?: (response: HttpResponse) => void;
};

export type Network = {
  /** Runs `use` with the Microsoft.Network client of a subscription. Throws OperatorErrors only. */
  run<T>(about: NetworkCall, use: (client: NetworkManagementClient) => Promise<T>): Promise<T>;
};

/** Microsoft.Network by @azure/arm-network, each of its requests sent through the exchange. */
export function createNetwork(context: ArmContext): Network {
  let sdk: Promise<NetworkSdk> | undefined;
  // Loaded with the first private endpoint, not at start.
  const loaded = () =>
    (sdk ??= import('./network-sdk.ts').then(({ createNetworkSdk }) => createNetworkSdk(context.armUrl)));

  return {
    async run(about, use) {
      const send: SendSdkRequest = async (request) => {
        const response = await context.exchange(
          {
            service: 'arm',
            operation: about.operation,
            what: about.what,
            method: request.method,
            // Page links come from the answer.
            url: rebase(request.url, context.armUrl),
            headers: request.headers ?? {},
            ...(request.body === undefined ? {} : { body: request.body }),
            quotas: armQuotas({
              method: request.method,
              subscriptionId: about.subscriptionId,
              identity: context.identity,
              provider: 'network',
            }),
          },
          about.call,
        );
        if (request.method === 'GET') return vouchedFor(response, about.what);
        about.onWritten?.(response);
        return response;
      };
      try {
        return await (await loaded()).run(about.subscriptionId, send, use);
      } catch (error) {
        if (error instanceof OperatorError || about.call.signal.aborted) throw error;
        // What the exchange let pass as a success, the SDK's reader could not make sense of.
        throw unreadableAnswer(about.what, 200);
      }
    },
  };
}

/** The SDK takes a gateway's HTML for a resource without properties, unless it is told that it reads JSON. */
function vouchedFor(response: HttpResponse, what: string): HttpResponse {
  if (!response.body.trimStart().startsWith('{')) throw unreadableAnswer(what, response.status);
  return { ...response, headers: { ...response.headers, 'content-type': 'application/json' } };
}
