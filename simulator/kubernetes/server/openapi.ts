import type { Registry } from '../resource.ts';
import type { ApiRequest, Reply } from './reply.ts';

export type OpenApi = { serve(request: ApiRequest): Reply | undefined };

export function createOpenApi(_registry: Registry): OpenApi {
  return { serve: () => undefined };
}
