import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { HttpRequest, HttpResponse } from './http.ts';

/** One request of an Azure SDK, as our own request without service and operation, which only the caller knows. */
export type SdkRequest = Omit<HttpRequest, 'service' | 'operation'>;

/**
 * Makes an Azure SDK speak through our transport. Retries, redirects, proxies, telemetry and logging are policies of
 * the SDK's pipeline: give the client an empty pipeline (or `retryOptions: {maxRetries: 0}`) together with this.
 *
 * Every status is passed on as an answer; what `send` throws reaches the SDK's caller unchanged.
 */
export function sdkHttpClient(send: (request: SdkRequest) => Promise<HttpResponse>): HttpClient {
  return {
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      const body = textBody(request);
      const signal = request.abortSignal as AbortSignal | undefined;
      const response = await send({
        method: request.method as HttpRequest['method'],
        url: request.url,
        headers: request.headers.toJSON(),
        ...(body === undefined ? {} : { body }),
        ...(request.timeout > 0 ? { timeoutMs: request.timeout } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      return {
        request,
        status: response.status,
        headers: createHttpHeaders(response.headers),
        bodyAsText: response.body,
      };
    },
  };
}

/** The SDKs that we use send text only; anything else would silently become something else on the wire. */
function textBody(request: PipelineRequest): string | undefined {
  if (request.body === undefined || request.body === null) return undefined;
  if (typeof request.body === 'string') return request.body;
  throw new TypeError(`an Azure SDK wants to send a body that is no text to ${new URL(request.url).pathname}`);
}
