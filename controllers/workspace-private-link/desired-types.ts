import type { WorkspacePrivateLinkEndpoint } from '../../crds/workspace-private-link.ts';
import type { ArmId, EndpointScope, ServiceScope } from './cloud-types.ts';

/** One host name of the workspace, the endpoint member behind it, and its record's name within the private zone (cloud-apis 10.1). */
export type WorkspaceHost = { member: string; host: string; record: string };

export type DesiredLink = { name: string; virtualNetworkId: ArmId; fallbackToInternet: boolean };

export type DesiredDns = {
  mode: 'ZoneGroup' | 'Records';
  zoneId: ArmId;
  /** spec names the zone: it is never created or deleted here. */
  given: boolean;
  /** Another endpoint of this object wants the same zone in a way that cannot share it. */
  conflict: boolean;
  links: readonly DesiredLink[];
  verify: {
    mode: 'Resolve' | 'ControlPlane' | 'None';
    nameservers: readonly { address: string; port: number }[];
    timeoutMs: number;
  };
  extraRecords: readonly { record: string; member: string }[];
};

/** Who owns the things of an endpoint, where the object's own credentials do not reach them. */
export type Consumer = {
  /** Lower case. */
  tenantId: string;
  /** Name of the Secret in the object's namespace; absent: by the namespace's Secret or the operator's identity. */
  secret?: string;
};

export type DesiredEndpoint = {
  name: string;
  /** Consumer of another tenant, or with credentials of its own; undefined: the object's credentials serve it too. */
  consumer: Consumer | undefined;
  scope: EndpointScope;
  resourceId: ArmId;
  /** Of `resourceId`, see `refOf`: notes are found by it. */
  ref: string;
  spec: WorkspacePrivateLinkEndpoint;
  dns: DesiredDns | undefined;
};

/** One entry of spec.connections: exactly one of `endpointId` and `managed`. */
export type DesiredDecision = {
  name: string;
  endpointId?: ArmId;
  managed?: { workspaceId: string; name: string };
  decision: 'Approve' | 'Reject';
  note: string;
};

/** What the spec asks for, in the cloud's terms. */
export type Desired = {
  /** spec.adoptionPolicy. */
  adoption: 'IfIdentical' | 'Always' | 'Never';
  tenantId: string;
  /** Lower case, as the cloud's ids compare without regard to case. */
  workspaceId: string;
  /** Value of the tag fabriclink-owner: <cluster>.<namespace>.<name>.<uid>. */
  owner: string;
  clusterId: string;
  service: { scope: ServiceScope; id: ArmId; tags: Readonly<Record<string, string>> };
  hosts: readonly WorkspaceHost[];
  /** What makes an endpoint count as a way in, spec.inbound.requires. */
  requires: 'Resolve' | 'ControlPlane' | 'None';
  endpoints: readonly DesiredEndpoint[];
  /** metadata.uid: by it a decision of this very object is known again. */
  uid: string;
  decisions: readonly DesiredDecision[];
  /** connectionsPolicy Authoritative. */
  authoritative: boolean;
};
