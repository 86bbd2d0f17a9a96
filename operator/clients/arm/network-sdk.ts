import { AsyncLocalStorage } from 'node:async_hooks';
import { NetworkManagementClient } from '@azure/arm-network';
import { createEmptyPipeline } from '@azure/core-rest-pipeline';
import type { HttpResponse } from '../http.ts';
import { type SdkRequest, sdkHttpClient } from '../sdk-transport.ts';

export type { NetworkManagementClient } from '@azure/arm-network';

/** What the SDK cannot carry through to its HTTP client: on whose behalf, and as what, a request is sent. */
export type SendSdkRequest = (request: SdkRequest) => Promise<HttpResponse>;

export type NetworkSdk = {
  /** Runs `use` with a client whose requests go through `send`. */
  run<T>(
    subscriptionId: string,
    send: SendSdkRequest,
    use: (client: NetworkManagementClient) => Promise<T>,
  ): Promise<T>;
};

/**
 * @azure/arm-network, whose api-versions and models are of one making. Loading it costs 430 ms and 30 MB (measured, on
 * top of what the identity library has already loaded), so import this file lazily.
 *
 * The pipeline is empty: tokens, budgets, time limits and errors are the exchange's, and nothing is retried, redirected
 * or logged behind its back.
 */
export function createNetworkSdk(armUrl: string): NetworkSdk {
  const sender = new AsyncLocalStorage<SendSdkRequest>();
  const clients = new Map<string, NetworkManagementClient>();
  const httpClient = sdkHttpClient((request) => {
    const send = sender.getStore();
    if (!send) throw new TypeError('an SDK request outside of a call');
    return send(request);
  });
  const clientFor = (subscriptionId: string): NetworkManagementClient => {
    let client = clients.get(subscriptionId);
    if (!client) {
      // The constructor insists on a credential; without a policy in the pipeline nobody asks it.
      const credential = { getToken: () => Promise.resolve(null) };
      const options = { endpoint: armUrl, httpClient, pipeline: createEmptyPipeline() };
      clients.set(subscriptionId, (client = new NetworkManagementClient(credential, subscriptionId, options)));
    }
    return client;
  };
  return {
    run: (subscriptionId, send, use) => sender.run(send, () => use(clientFor(subscriptionId))),
  };
}
