import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { toOperatorError } from '../../operator/errors.ts';
import type { Pass } from '../../operator/runtime/kind.ts';
import { isLoss } from '../../operator/runtime/loss/observe.ts';
import { unreadAccess } from './access/observe.ts';
import { unconfirmedIn } from './connections/desired.ts';
import { NO_CONNECTIONS } from './connections/observe.ts';
import { clientsFor, createConsumers } from './credentials/consumers.ts';
import { observeLoss } from './credentials/observe-abandonment.ts';
import { desiredOf } from './desired.ts';
import { provenanceOf } from './desired-provenance.ts';
import { unapprovedDns } from './dns/observe.ts';
import { listedFact, unreadEndpoint } from './endpoint/observe.ts';
import { observeDeletion } from './observe-deletion.ts';
import { observeLife } from './observe-life.ts';
import { observeOutputs } from './outputs/observe.ts';
import { type Context, type Deps } from './reading.ts';
import { unreadService } from './service/observe.ts';
import type { Desired, Provenance, Seen, ServiceFacts, WorkspacePrivateLink } from './types.ts';

const FINALIZER = 'fabriclink.dev/finalizer';

/**
 * Reads the facts of one pass. Nothing is asked of a cloud before the object is claimed, or for an object that another
 * one outranks; after Deny has taken effect nothing of the workspace itself is read.
 */
export const observe =
  (deps: Deps) =>
  async (pass: Pass<WorkspacePrivateLink>): Promise<Seen> => {
    const { resource } = pass;
    const desired = desiredOf(resource, deps.clusterId);
    const provenance = provenanceOf(resource, desired.endpoints);
    const claimed = resource.metadata.finalizers?.includes(FINALIZER) ?? false;
    const deleting = resource.metadata.deletionTimestamp !== undefined;
    const older = olderOwner(pass, desired);
    const standing = older ? 'older' : 'clear';
    // Who is only observed takes no finalizer: there will be nothing to clean up.
    const concerned = (claimed || pass.readOnly) && (deleting || standing === 'clear');
    const blank = unread({ deps, pass, provenance }, desired, { standing, claimed, older });
    if (!concerned && !deleting) return blank;
    if (!claimed && deleting) return { ...blank, release: released(false) };
    // One of an earlier life under Manage is let go of at once, and everything stays as it is.
    if (deleting && pass.readOnly) return { ...blank, release: released(true) };
    // No credentials are needed to let go of nothing: they may be what never worked, or be gone already.
    if (deleting && leavesNothing(resource, provenance)) {
      const outputs = await observeOutputs({ deps, pass, desired, provenance }, [], false);
      return { ...blank, outputs, release: released(true) };
    }
    try {
      const clients = await clientsFor(deps, pass);
      const clientsOfConsumer = createConsumers(deps, pass, clients);
      const context: Context = { deps, pass, desired, provenance, clients, clientsOfConsumer, call: pass.call };
      return await (deleting ? observeDeletion(context, blank, standing) : observeLife(context));
    } catch (thrown) {
      const error = toOperatorError(thrown);
      if (!deleting || !isLoss(error)) throw thrown;
      return observeLoss({ deps, pass, desired, provenance }, blank, error);
    }
  };

/** Of objects that name one workspace the oldest owns it; equally old ones are ordered by uid. */
function olderOwner(pass: Pass<WorkspacePrivateLink>, { workspaceId }: Desired): string | undefined {
  const age = ({ metadata }: WorkspacePrivateLink) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
  const { uid } = pass.resource.metadata;
  const older = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'workspace', workspaceId)
    .find((other) => other.metadata.uid !== uid && age(other) < age(pass.resource));
  return older && `${older.metadata.namespace}/${older.metadata.name}`;
}

function unread(
  about: Pick<Context, 'deps' | 'pass' | 'provenance'>,
  desired: Desired,
  of: { standing: ServiceFacts['standing']; claimed: boolean; older: string | undefined },
): Seen {
  const { provenance } = about;
  return {
    desired,
    provenance,
    service: {
      facts: unreadService(of.standing, of.claimed, provenance.service),
      actual: undefined,
      workspaceName: undefined,
      capacityName: undefined,
      unread: [],
      ...(of.older !== undefined && { other: of.older }),
    },
    endpoints: desired.endpoints.map((endpoint) => ({
      desired: endpoint,
      facts: unreadEndpoint({
        service: 'notReady',
        provenance: provenance.endpoints[endpoint.ref]?.how ?? 'none',
        recreate: endpoint.spec.recreatePolicy ?? 'Never',
        listed: listedFact(desired, endpoint),
      }),
      dns: unapprovedDns(endpoint.dns),
      actual: undefined,
      connection: undefined,
      addresses: [],
      counts: false,
    })),
    removals: [],
    connections: NO_CONNECTIONS,
    access: unreadAccess(about),
    outputs: undefined,
    staleNotes: {},
    release: undefined,
  };
}

/**
 * Nothing of ours is to be taken down, and no door is ours to open: nothing was ever noted, hence nothing was ever sent;
 * or everything is to be retained and public access was never denied by us. An approval that Fabric has not confirmed is
 * seen to its end all the same.
 */
function leavesNothing({ spec }: WorkspacePrivateLink, provenance: Provenance): boolean {
  const { accessBefore, denyAtMs, locked } = provenance;
  if (accessBefore !== 'none' || denyAtMs !== undefined || locked) return false;
  if (unconfirmedIn(provenance).length > 0) return false;
  if (spec.deletionPolicy === 'Retain') return true;
  const { service, endpoints, zoneGroups, records, zones, links } = provenance;
  return (
    service === 'none' &&
    [endpoints, zoneGroups, records, zones, links].every((noted) => Object.keys(noted).length === 0)
  );
}

/** Nothing is to be taken down. */
const released = (claimed: boolean): Seen['release'] => ({
  inbound: {
    standing: 'notOwner',
    onDelete: 'none',
    inbound: 'unobservable',
    before: 'missing',
    denied: false,
    settle: 'unknown',
    call: 'unobservable',
  },
  inboundDueAtMs: undefined,
  service: {
    claimed,
    access: 'released',
    endpoints: 'gone',
    connections: 'unobservable',
    service: 'unobservable',
    provenance: 'none',
    policy: 'Retain',
  },
  actual: undefined,
  liveConnections: [],
  relocks: false,
});
