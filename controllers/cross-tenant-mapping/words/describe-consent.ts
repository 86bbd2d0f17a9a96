import type { Desired } from '../types.ts';

const POWER_BI = '00000009-0000-0000-c000-000000000000';
const SQL = '022907d3-0f1b-48f7-badc-1ba6abab6d66';

/**
 * What the guest's administrator does, with the tenant ids filled in (cloud-apis 15.5). It takes a person: Fabric
 * documents the consent for a Global Administrator's own token, and tells nobody whether it was given.
 */
export function consentSteps({ tenantId, guest }: Desired): string {
  const body = `{"resourceTenantObjectId":"${tenantId}"}`;
  return [
    `a Global Administrator of tenant ${guest.tenantId} consents once for this provider:`,
    `(1) \`az login --tenant ${guest.tenantId}\`;`,
    `(2) make sure that the tenant has both applications: \`az ad sp show --id ${POWER_BI}\` and \`az ad sp show --id ${SQL}\`, each else with \`az ad sp create --id\` and the same id;`,
    `(3) \`az rest --method put --resource https://analysis.windows.net/powerbi/api --url https://api.powerbi.com/v1/ephemeral/crosstenantauth/consent --headers Content-Type=application/json --body '${body}'\`.`,
    'It works at once, and the operator tries again by itself within twenty minutes, or at once when this object is annotated with a new fabriclink.dev/reconcile',
  ].join(' ');
}

export function revokedWords({ guest }: Desired): string {
  return `tenant ${guest.tenantId} has revoked its consent: its guests lose access within a day of that, and sessions that are open go on`;
}
