// Where the words of each ladder show: what docs/troubleshooting.md is made from.
import type { AnyStateMachine } from 'xstate';
import { machines as mapping } from '../controllers/cross-tenant-mapping/machine.ts';
import { WORDING as MAPPING } from '../controllers/cross-tenant-mapping/words/describe-reasons.ts';
import { WORDING as MANAGED_ENDPOINT } from '../controllers/managed-private-endpoint/describe-reasons.ts';
import { machines as managedEndpoint } from '../controllers/managed-private-endpoint/machine.ts';
import { machines as privateLink } from '../controllers/workspace-private-link/machine.ts';
import { WORDING as PRIVATE_LINK } from '../controllers/workspace-private-link/words/describe-reasons.ts';

export type Wording = Readonly<Record<string, { says: string; next: string }>>;

/** One kind: where a reason shows, beside Ready, Stalled and Reconciling, by ladder or by ladder and rung. */
export type Told = {
  kind: string;
  machines: Readonly<Record<string, AnyStateMachine>>;
  wording: Wording;
  shows: Readonly<Record<string, string>>;
};

const READY = 'Ready only';
const REMOVAL = 'while something is taken down';
export const SEVERAL = 'several conditions';

export const KINDS: readonly Told[] = [
  {
    kind: 'WorkspacePrivateLink',
    machines: privateLink,
    wording: PRIVATE_LINK,
    shows: {
      'service.Claim': SEVERAL,
      'service.Eligible': 'Eligible',
      service: 'ServiceReady',
      placement: 'EndpointsReady',
      'endpoint.Approval': 'ConnectionsApproved',
      endpoint: 'EndpointsReady',
      connection: 'ConnectionsApproved',
      managedConnection: 'ConnectionsApproved',
      revocation: 'ConnectionsApproved',
      dns: 'DNSReady',
      proof: 'DNSVerified',
      inbound: 'AccessApplied',
      'inbound.BreakGlass': 'BreakGlass',
      outbound: 'AccessApplied',
      breakGlass: 'BreakGlass',
      outputs: READY,
      notes: READY,
      'service.Connections': READY,
      inboundRelease: REMOVAL,
      endpointRemoval: REMOVAL,
      serviceRemoval: REMOVAL,
      abandonment: REMOVAL,
    },
  },
  {
    kind: 'ManagedPrivateEndpoint',
    machines: managedEndpoint,
    wording: MANAGED_ENDPOINT,
    shows: {
      target: 'TargetResolved',
      'endpoint.Claim': SEVERAL,
      endpoint: 'Requested',
      'endpoint.Approval': 'Approved',
      'endpoint.Ready': 'Approved',
      approval: 'Approved',
      removal: REMOVAL,
      loss: REMOVAL,
    },
  },
  {
    kind: 'CrossTenantMapping',
    machines: mapping,
    wording: MAPPING,
    shows: {
      'mapping.Claim': SEVERAL,
      mapping: 'Mapped',
      'mapping.Principal': 'PrincipalResolved',
      grant: 'Granted',
      revocation: 'Granted',
      expansion: 'GroupExpanded',
      outputs: 'Published',
      string: READY,
      access: READY,
      removal: REMOVAL,
      loss: REMOVAL,
    },
  },
];
