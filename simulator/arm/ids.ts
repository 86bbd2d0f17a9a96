/** ARM ids compare without regard to case: this is the form that keys use. */
export function keyOf(armId: string): string {
  return armId.replace(/\/+$/, '').toLowerCase();
}

export type ParsedId = {
  subscriptionId: string;
  resourceGroup: string;
  /** `Microsoft.Network/virtualNetworks/subnets`, as written. */
  type: string;
  /** Names along the type: [network, subnet]. */
  names: string[];
};

/** Undefined for anything that is not the id of a resource in a resource group. */
export function parseId(armId: string): ParsedId | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i.exec(armId);
  if (!match) return undefined;
  const [, subscriptionId, resourceGroup, namespace, rest] = match as unknown as string[];
  const segments = (rest ?? '').split('/');
  if (segments.length % 2 !== 0 || segments.some((segment) => segment === '')) return undefined;
  const types = segments.filter((_, at) => at % 2 === 0);
  return {
    subscriptionId: subscriptionId ?? '',
    resourceGroup: resourceGroup ?? '',
    type: [namespace, ...types].join('/'),
    names: segments.filter((_, at) => at % 2 === 1),
  };
}

/** The id of a child's parent: two segments less. */
export function parentOf(armId: string): string {
  return armId.split('/').slice(0, -2).join('/');
}

export function nameOf(armId: string): string {
  return armId.split('/').at(-1) ?? '';
}
