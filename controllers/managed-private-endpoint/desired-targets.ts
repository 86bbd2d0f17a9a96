import targets from './targets.json' with { type: 'json' };

/** How one type of Azure resource is asked for and approved on; what the documentation does not say is absent. */
type TargetType = {
  type: string;
  name: string;
  subresources: readonly string[];
  omitSubresource?: boolean;
  apiVersion?: string;
  connectionsIn?: string;
  decidesOnce?: boolean;
  cli: string;
  portal?: string;
  note?: string;
};

/** What is known about a target before anything is asked of a cloud. */
export type TargetLook = {
  /** As the id spells it: `Microsoft.Storage/storageAccounts`. */
  type: string;
  /** For people; undefined for a type that the catalogue does not have. */
  name: string | undefined;
  known: boolean;
  /** Allowed sub-resources. None: the type has none, or the documentation names none. */
  subresources: readonly string[];
  /** What to send: as asked, as Azure spells it; the only one there is when none was asked for; undefined: send none. */
  subresource: string | undefined;
  /** For decisions on connections (`ApprovalTarget`); undefined: this type is approved by a person. */
  approval: { apiVersion: string; connectionsIn: 'own' | 'resource'; decidesOnce: boolean } | undefined;
  /** What to know about it, when there is something. */
  note: string | undefined;
  /** Never a reason not to try: the catalogue is dated, and the service is the judge. */
  warnings: readonly string[];
};

const TYPES = new Map<string, TargetType>(targets.targets.map((entry) => [entry.type.toLowerCase(), entry]));
const NOT_SUPPORTED = new Map(targets.notSupported.map((entry) => [entry.type.toLowerCase(), entry]));

/** Everything that the catalogue says about a target and its sub-resource. */
export function lookUpTarget(id: string, asked?: string): TargetLook {
  const type = typeOf(id);
  const found = TYPES.get(type.toLowerCase());
  const chosen = found ? choose(found, asked) : { subresource: asked, warnings: [unknownType(type)] };
  return {
    type,
    name: found?.name,
    known: found !== undefined,
    subresources: found?.subresources ?? [],
    approval: found && approvalOf(found),
    note: found?.note,
    ...chosen,
  };
}

function approvalOf({ apiVersion, connectionsIn, decidesOnce = false }: TargetType): TargetLook['approval'] {
  if (apiVersion === undefined) return undefined;
  return { apiVersion, connectionsIn: connectionsIn === 'resource' ? 'resource' : 'own', decidesOnce };
}

function choose(
  { name, subresources, omitSubresource }: TargetType,
  asked: string | undefined,
): Pick<TargetLook, 'subresource' | 'warnings'> {
  if (omitSubresource) {
    const warnings = asked === undefined ? [] : [`target.subresource "${asked}" is left out: ${name} has none`];
    return { subresource: undefined, warnings };
  }
  // Nothing to hold it against.
  if (subresources.length === 0) return { subresource: asked, warnings: [] };
  const listed = subresources.join(', ');
  if (asked === undefined) {
    if (subresources.length === 1) return { subresource: subresources[0], warnings: [] };
    return {
      subresource: undefined,
      warnings: [`target.subresource is absent: ${name} has ${listed}; name one of them`],
    };
  }
  const spelled = subresources.find((one) => one.toLowerCase() === asked.toLowerCase());
  if (spelled !== undefined) return { subresource: spelled, warnings: [] };
  const warning = `"${asked}" is not among the documented sub-resources of ${name} (${listed}): Fabric does not check it when it creates the endpoint, and a wrong one fails minutes later`;
  return { subresource: asked, warnings: [warning] };
}

function unknownType(type: string): string {
  const refused = NOT_SUPPORTED.get(type.toLowerCase());
  if (refused) return `${refused.why} (documentation of ${refused.asOf})`;
  return `${type} is not among the types that the documentation of ${targets.asOf} lists for managed private endpoints: Fabric may refuse it, or the endpoint fails minutes later`;
}

/** Type of a resource by its id, nested types included; the text itself when it is no id. */
function typeOf(id: string): string {
  const [, provider, ...rest] =
    id
      .split(/\/providers\//i)
      .at(-1)
      ?.match(/^([^/]+)((?:\/[^/]+\/[^/]+)+)\/?$/) ?? [];
  if (provider === undefined) return id;
  const parts = (rest[0] ?? '').split('/').filter((part) => part !== '');
  return [provider, ...parts.filter((_part, index) => index % 2 === 0)].join('/');
}

/** Where, and with which command, the owner of a target approves a request. */
export type ApprovalWay = { place: string; command: string | undefined };

/** `connection`: the name of the request on the target, where it is known. */
export function approvalWay(id: string, connection?: string): ApprovalWay {
  const found = TYPES.get(typeOf(id).toLowerCase());
  const place = found?.portal ?? targets.portal;
  return { place: `Azure portal: ${place}`, command: commandFor(id, found, connection) };
}

const NAME = '<name of the connection>';

function commandFor(id: string, found: TargetType | undefined, connection: string | undefined): string | undefined {
  const connectionId = `${id}/privateEndpointConnections/${connection ?? NAME}`;
  if (!found) return undefined;
  switch (found.cli) {
    case 'privateEndpointConnection':
      return `az network private-endpoint-connection approve --id "${connectionId}" --description "<why>"`;
    case 'postgresFlexibleServer':
      return `az postgres flexible-server private-endpoint-connection approve --id "${connectionId}" --description "<why>"`;
    case 'rest': {
      const state = '{"status":"Approved","description":"<why>","actionsRequired":"None"}';
      // Without a host: az takes the one of the cloud that it is signed in to.
      const url = `${connectionId}?api-version=${found.apiVersion}`;
      return `az rest --method put --url "${url}" --body '{"properties":{"privateLinkServiceConnectionState":${state}}}'`;
    }
    default:
      return undefined;
  }
}
