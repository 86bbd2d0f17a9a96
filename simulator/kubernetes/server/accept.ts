import { StatusError } from '../status-error.ts';

/** How a client wants to see objects. */
export type Representation = 'object' | 'table' | 'metadata';

type MediaType = { type: string; parameters: Map<string, string> };

function parse(accept: string): MediaType[] {
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      return { type, parameters: new Map(parameters.map((pair) => pair.split('=', 2) as [string, string])) };
    })
    .filter(({ type }) => type !== '');
}

const JSON_TYPES = new Set(['application/json', '*/*', 'application/*', 'application/yaml']);

/** The first representation of an Accept header that this server has. Throws 406. */
export function representation(accept: string): Representation {
  const types = parse(accept || '*/*');
  for (const { type, parameters } of types) {
    if (!JSON_TYPES.has(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return 'object';
    if (parameters.get('g') !== 'meta.k8s.io') continue;
    if (as === 'Table' && parameters.get('v') === 'v1') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  throw new StatusError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
  );
}

/** Whether a client understands aggregated discovery, and which version of it. */
export function aggregatedDiscovery(accept: string): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of parse(accept)) {
    if (type !== 'application/json') continue;
    if (parameters.get('g') !== 'apidiscovery.k8s.io' || parameters.get('as') !== 'APIGroupDiscoveryList') {
      if (!parameters.has('as')) return undefined;
      continue;
    }
    const version = parameters.get('v');
    if (version === 'v2' || version === 'v2beta1') return version;
  }
  return undefined;
}
