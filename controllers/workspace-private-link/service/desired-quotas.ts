import { ANNOTATION } from '../desired-names.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import type { WorkspacePrivateLink } from '../types.ts';

/** What Microsoft grants, cloud-apis 18: published numbers, and what a person says has been granted since. */
export type Quotas = { services: number; endpoints: number };

/**
 * Both quotas are raised by a support request, and no API tells by how much: a person says so in the annotation
 * `fabriclink.dev/quotas`, such as `services=800,endpoints=250`. What is no number leaves the published one.
 */
export function quotasOf({ metadata }: Pick<WorkspacePrivateLink, 'metadata'>): Quotas {
  const said = new Map(
    (metadata.annotations?.[`${ANNOTATION}quotas`] ?? '').split(',').map((part) => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim(), /^[1-9][0-9]{0,5}$/.test(value.trim()) ? Number(value) : undefined] as const;
    }),
  );
  return {
    services: said.get('services') ?? eligibility.servicesPerTenant,
    endpoints: said.get('endpoints') ?? eligibility.endpointsPerWorkspace,
  };
}

/** Used up to the last. More than a quota allows shows that it has been raised since: then Azure judges. */
export const isUsedUp = (count: number, quota: number): boolean => count === quota;
