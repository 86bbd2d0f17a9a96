import { describe, expect, test } from '@jest/globals';
import { inboundReleased, mayDeny } from '../../../controllers/workspace-private-link/access/machine.ts';
import { dnsInPlace } from '../../../controllers/workspace-private-link/dns/machine.ts';
import { endpointApproved, endpointRemoved } from '../../../controllers/workspace-private-link/endpoint/machine.ts';
import {
  BREAK_GLASS_FACTS,
  type BreakGlassFacts,
  CONNECTION_FACTS,
  type ConnectionFacts,
  DNS_FACTS,
  type DnsFacts,
  ENDPOINT_FACTS,
  ENDPOINT_REMOVAL_FACTS,
  type EndpointFacts,
  type EndpointRemovalFacts,
  INBOUND_FACTS,
  INBOUND_RELEASE_FACTS,
  type InboundFacts,
  type InboundReleaseFacts,
  MANAGED_CONNECTION_FACTS,
  type ManagedConnectionFacts,
  NOTES_FACTS,
  type NotesFacts,
  OUTBOUND_FACTS,
  OUTPUTS_FACTS,
  type OutboundFacts,
  type OutputsFacts,
  PLACEMENT_FACTS,
  type PlacementFacts,
  PROOF_FACTS,
  type ProofFacts,
  REVOCATION_FACTS,
  type RevocationFacts,
  SERVICE_FACTS,
  SERVICE_REMOVAL_FACTS,
  type ServiceFacts,
  type ServiceRemovalFacts,
} from '../../../controllers/workspace-private-link/fact-types.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import { placementOf } from '../../../controllers/workspace-private-link/placement/machine.ts';
import { serviceUsable } from '../../../controllers/workspace-private-link/service/machine.ts';
import { type AnyFacts, everyObservation, passagesOf, placesOf, type Resting, restOf, walker } from './rests.ts';

/** What must hold for one observation and where it rests; a sentence when it does not. */
type Law<F> = (facts: F, rest: Resting) => string | undefined;

const TAGS = ['ready', 'progressing', 'waiting', 'stalled', 'gone'];

/** Walks the whole space once, holds every law against every observation, and reports at most a few offenders. */
function survey<F extends AnyFacts>(
  machine: (typeof machines)[keyof typeof machines],
  domain: Readonly<Record<string, readonly (boolean | string)[]>>,
  laws: Record<string, Law<F>>,
): { broken: string[]; visited: Set<string>; observations: number } {
  const broken: string[] = [];
  const visited = new Set<string>();
  const rests = walker<F>(machine);
  let observations = 0;
  for (const facts of everyObservation<F>(domain)) {
    observations++;
    const rest = rests(facts);
    visited.add(rest.phase);
    if (!TAGS.includes(rest.tag) || rest.reason === '') broken.push(`no single answer: ${JSON.stringify(facts)}`);
    for (const [name, law] of Object.entries(laws)) {
      const complaint = law(facts, rest);
      if (complaint && broken.length < 5) broken.push(`${name}: ${complaint} at ${JSON.stringify(facts)}`);
    }
  }
  return { broken, visited, observations };
}

const every = <F extends AnyFacts>(
  name: keyof typeof machines,
  domain: Readonly<Record<string, readonly (boolean | string)[]>>,
  laws: Record<string, Law<F>>,
) =>
  test(`the ${name} ladder answers every observation, uses every state, and keeps its laws`, () => {
    const machine = machines[name];
    const { broken, visited } = survey<F>(machine, domain, laws);
    expect(broken).toEqual([]);
    expect([...visited].sort()).toEqual(
      placesOf(machine)
        .map(({ phase }) => phase)
        .sort(),
    );
  });

/** An effect needs each of these facts to be known, and to say what it says. */
const only =
  <F>(effect: string, demands: (facts: F) => boolean): Law<F> =>
  (facts, rest) =>
    rest.effect === effect && !demands(facts) ? `${effect} without cause` : undefined;
const never =
  <F>(when: (facts: F) => boolean): Law<F> =>
  (facts, rest) =>
    rest.effect !== undefined && when(facts) ? `effect ${rest.effect}` : undefined;

const unmarked = ({ endpoint, provenance }: EndpointFacts) => endpoint === 'untagged' && provenance === 'created';

describe('every machine', () => {
  test('is walked by the survey exactly as the runtime walks it', () => {
    const rests = walker<DnsFacts>(machines.dns);
    const sample = [...everyObservation<DnsFacts>(DNS_FACTS)].filter((_, index) => index % 97 === 0);
    for (const facts of sample) rests(facts);
    expect(sample.map((facts) => rests(facts).phase)).toEqual(sample.map((facts) => restOf(machines.dns, facts).phase));
  });

  test.each(Object.entries(machines))(
    '%s has one tag and one meta on each leaf, and none on a passage',
    (_, machine) => {
      for (const place of placesOf(machine)) expect(TAGS).toContain(place.tag);
      for (const passage of passagesOf(machine)) expect(passage.tag).toBe('');
    },
  );
});

describe('upwards', () => {
  every<ServiceFacts>('service', SERVICE_FACTS, {
    'an unreadable service causes nothing to be made': (facts, { effect }) =>
      (facts.service === 'unobservable' || facts.service === 'refused') &&
      effect !== undefined &&
      !['claim', 'registerServiceProvider'].includes(effect)
        ? effect
        : undefined,
    'only an absent or failed service of ours is put': only(
      'putService',
      ({ service, provenance }) => service === 'absent' || (service === 'failed' && provenance === 'created'),
    ),
    'nobody is taken over whose thing would change, or who carries a mark': only(
      'adoptService',
      ({ service, provenance }) =>
        (service === 'untagged' && provenance === 'none') ||
        (service === 'takeable' && provenance === 'none') ||
        provenance === 'taking',
    ),
    'another owner gives way only where adoptionPolicy says so, and only once': only(
      'takeOverService',
      ({ service, provenance }) => service === 'overwritable' && (provenance === 'none' || provenance === 'taking'),
    ),
    'what adoptionPolicy Never keeps us from is not touched': never(
      ({ service, claimed, provider }) => service === 'unadopted' && claimed && provider === 'settled',
    ),
    'nothing happens for a younger object, or without being served': never(({ standing }) => standing !== 'clear'),
    'nothing is written before the finalizer is on': (facts, { effect }) =>
      !facts.claimed && effect !== undefined && effect !== 'claim' ? effect : undefined,
    'a note without our tag writes nothing to the service': (facts, { effect }) =>
      facts.service === 'untagged' && facts.provenance === 'created' && /Service(Tags)?$/.test(effect ?? '')
        ? effect
        : undefined,
    'registration happens only where the spec allows it': only(
      'registerServiceProvider',
      ({ registration, provider }) => registration === 'allowed' && provider !== 'unobservable',
    ),
    'what cannot be read blocks no creation': (facts, rest) =>
      facts.standing === 'clear' &&
      facts.claimed &&
      facts.workspace === 'unobservable' &&
      facts.capacity === 'unobservable' &&
      facts.provider === 'unobservable' &&
      facts.service === 'absent' &&
      rest.effect !== 'putService'
        ? rest.phase
        : undefined,
    'ready means usable': (facts, { tag }) => (tag === 'ready' && !serviceUsable(facts) ? 'ready' : undefined),
  });

  every<EndpointFacts>('endpoint', ENDPOINT_FACTS, {
    'only a pending connection is approved': only('approveConnection', ({ connection }) => connection === 'pending'),
    'an unreadable endpoint or connection causes nothing': never(
      ({ endpoint, connection, provenance }) =>
        endpoint === 'unobservable' ||
        endpoint === 'refused' ||
        endpoint === 'noCredentials' ||
        // That our mark is on it now is written down whatever became of the connection.
        (endpoint === 'ready' && provenance !== 'taking' && (connection === 'unobservable' || connection === 'other')),
    ),
    'only what we made is deleted, and never the last way in': only(
      'deleteEndpoint',
      ({ provenance, hold }) => provenance === 'created' && hold === 'free',
    ),
    'a rejection is answered only by policy': only(
      'deleteEndpoint',
      ({ endpoint, recreate }) => endpoint === 'outdated' || recreate === 'OnRejection',
    ),
    'what is made anew too often is paused, and nothing of it is deleted': (
      { recreate, provenance },
      { reason, effect },
    ) => {
      const holds = reason !== 'RecreationPaused' || (recreate === 'paused' && provenance === 'created');
      return holds && (reason !== 'RecreationPaused' || effect === undefined) ? undefined : 'it is not';
    },
    'nothing is made on somebody else’s name': never(
      ({ endpoint }) => endpoint === 'foreign' || endpoint === 'differs',
    ),
    'nobody is taken over whose thing would change beyond repair, or against adoptionPolicy': only(
      'adoptEndpoint',
      ({ endpoint, provenance }) =>
        (endpoint === 'untagged' && provenance === 'none') ||
        (endpoint === 'takeable' && provenance === 'none') ||
        provenance === 'taking',
    ),
    'another owner gives way only where adoptionPolicy says so, and only once': only(
      'takeOverEndpoint',
      ({ endpoint, provenance }) => endpoint === 'overwritable' && (provenance === 'none' || provenance === 'taking'),
    ),
    'what adoptionPolicy Never keeps us from is not touched': never(({ endpoint }) => endpoint === 'unadopted'),
    'missing credentials are said before anything else': (facts, { reason }) =>
      facts.endpoint === 'noCredentials' && reason !== 'CredentialMissing' ? reason : undefined,
    'ready exactly when approved': (facts, { tag }) =>
      (tag === 'ready') !== endpointApproved(facts) &&
      facts.endpoint !== 'drifted' &&
      facts.provenance !== 'taking' &&
      !unmarked(facts)
        ? tag
        : undefined,
    'a note without our tag writes nothing': never(unmarked),
    'nothing is created where it does not fit, or where nobody has looked': (facts, { effect }) =>
      effect === 'putEndpoint' && facts.endpoint === 'absent' && facts.placement !== 'fits' ? effect : undefined,
  });

  every<NotesFacts>('notes', NOTES_FACTS, {
    'only a note that the spec contradicts is written': only('renewNotes', ({ notes }) => notes === 'stale'),
  });

  every<PlacementFacts>('placement', PLACEMENT_FACTS, {
    'registration happens only where the spec allows it': only(
      'registerEndpointProvider',
      ({ registration, provider }) => registration === 'allowed' && provider !== 'unobservable',
    ),
    'it fits exactly when the ladder rests ready': (facts, { tag }) =>
      (tag === 'ready') !== (placementOf(facts) === 'fits') ? tag : undefined,
    'what cannot be read blocks no creation': (facts, { tag }) =>
      facts.quota === 'free' &&
      ['none', 'unchecked'].includes(facts.gateway) &&
      facts.provider === 'unobservable' &&
      facts.subnet === 'unobservable' &&
      tag !== 'ready'
        ? tag
        : undefined,
  });

  every<DnsFacts>('dns', DNS_FACTS, {
    'nothing is written before the approval': never(({ endpoint }) => endpoint === 'notYet'),
    'foreign records, links and conflicts are never overwritten': never(
      ({ zone, links, records }) =>
        zone === 'conflict' ||
        zone === 'unadopted' ||
        (zone === 'present' && (links === 'elsewhere' || links === 'differs' || links === 'unadopted')) ||
        (zone === 'present' && links === 'met' && records === 'unadopted') ||
        (zone === 'present' && links === 'met' && records === 'foreign'),
    ),
    'an unreadable rung causes nothing': never(
      ({ zone, links, records }) =>
        zone === 'unobservable' ||
        zone === 'refused' ||
        (zone === 'present' && (links === 'unobservable' || (links === 'met' && records === 'unobservable'))),
    ),
    'a given zone is never made': only('createZone', ({ zone }) => zone === 'absent'),
    'records move only while no lockout can follow': (facts, { effect }) =>
      (facts.records === 'moved' || facts.records === 'grouped') &&
      facts.hold === 'held' &&
      ['putZoneGroup', 'putRecord', 'deleteZoneGroup'].includes(effect ?? '')
        ? effect
        : undefined,
    'a zone group goes only where records of ours are to take its place': only(
      'deleteZoneGroup',
      ({ records }) => records === 'grouped',
    ),
    'in place exactly when the ladder says so': (facts, { reason }) =>
      (reason === 'DnsInPlace') !== dnsInPlace(facts) ? reason : undefined,
  });

  every<ProofFacts>('proof', PROOF_FACTS, {
    'proven means proven, of records that are in place': (facts, { reason }) =>
      reason === 'DnsProven' && (facts.proof !== 'proven' || facts.verify === 'None' || facts.dns === 'notYet')
        ? reason
        : undefined,
    'a proof changes nothing': never(() => true),
  });

  every<OutboundFacts>('outbound', OUTBOUND_FACTS, {
    'only a readable difference is written': only(
      'applyOutbound',
      ({ outbound, wanted }) => (outbound === 'Allow' || outbound === 'Deny') && outbound !== wanted,
    ),
    'a denial by others is not lifted': (facts, { effect }) =>
      effect === 'applyOutbound' && facts.outbound === 'Deny' && facts.record === 'missing' ? effect : undefined,
    'what is not managed is left alone': never(({ wanted }) => wanted === 'unmanaged'),
  });
});

describe('beside', () => {
  every<OutputsFacts>('outputs', OUTPUTS_FACTS, {
    'what is not ours is not written': only(
      'publishOutputs',
      ({ wanted, target }) => wanted && (target === 'absent' || target === 'outdated'),
    ),
    'half of what is known takes nothing away from people': only(
      'publishOutputs',
      ({ content, service }) => content === 'known' && service === 'ready',
    ),
    'nothing is taken back that is still asked for': only('withdrawOutputs', ({ previous }) => previous === 'left'),
    'published means current, or not to be judged just now': (facts, { reason }) =>
      reason === 'OutputsPublished' &&
      facts.target !== 'current' &&
      !(facts.target === 'outdated' && facts.content === 'unobservable')
        ? reason
        : undefined,
  });
});

describe('decisions from the list', () => {
  every<ConnectionFacts>('connection', CONNECTION_FACTS, {
    'only a pending request is approved, and only when it is listed so, of somebody else, and rejected by nobody': only(
      'approveListed',
      ({ connection, decision, requester }) =>
        connection === 'pending' && decision === 'Approve' && requester === 'other',
    ),
    'only what is listed so is rejected, and nobody is cut off who may be the last way in': only(
      'rejectListed',
      ({ connection, decision, hold }) =>
        decision === 'Reject' && (connection === 'pending' || (connection === 'approved' && hold === 'free')),
    ),
    'nothing follows from what cannot be read, or before the service is ready': never(
      ({ connection, service }) => ['unobservable', 'refused', 'other'].includes(connection) || service === 'notReady',
    ),
    'ready never hides an approval that is listed for rejection': ({ decision, connection, service }, { tag }) =>
      tag === 'ready' &&
      decision === 'Reject' &&
      (connection === 'approved' || connection === 'pending' || service === 'notReady')
        ? tag
        : undefined,
  });

  every<ManagedConnectionFacts>('managedConnection', MANAGED_CONNECTION_FACTS, {
    'approved is only the one plausible request, after the settle time, while Fabric shows the endpoint waiting': only(
      'approveManaged',
      ({ service, match, connection, fabric, settle }) =>
        service === 'ready' &&
        match === 'one' &&
        connection === 'pending' &&
        (fabric === 'pending' || fabric === 'provisioning') &&
        settle === 'after',
    ),
    'zero, several, implausible, rejected or unreadable matches are never approved, nor watched as if they might be': (
      { match },
      { effect },
    ) => (match !== 'one' && (effect === 'approveManaged' || effect === 'noteMatch') ? effect : undefined),
    'an approval of ours that was not echoed in time is taken back, whatever else has turned up': (
      facts,
      { effect },
    ) =>
      facts.service === 'ready' &&
      !['unobservable', 'refused'].includes(facts.match) &&
      facts.connection === 'approved' &&
      (facts.approval === 'overdue' || facts.approval === 'expired') &&
      !['notAsked', 'echoed'].includes(facts.fabric) &&
      (facts.approval === 'expired' || !['unobservable', 'refused'].includes(facts.fabric)) &&
      effect !== 'revokeUnconfirmed'
        ? String(effect)
        : undefined,
    'taken back is only what we approved, what is overdue, and what Fabric was seen not to echo, or could not be asked about for an hour':
      only(
        'revokeUnconfirmed',
        ({ connection, approval, fabric }) =>
          connection === 'approved' &&
          (approval === 'overdue' || approval === 'expired') &&
          !['notAsked', 'echoed'].includes(fabric) &&
          (approval === 'expired' || !['unobservable', 'refused'].includes(fabric)),
      ),
    'proven is only what Fabric echoes': only(
      'confirmApproval',
      ({ connection, approval, fabric }) =>
        connection === 'approved' && ['fresh', 'overdue', 'expired'].includes(approval) && fabric === 'echoed',
    ),
    'a proven approval is never touched': never(
      ({ approval, connection }) => approval === 'confirmed' && connection === 'approved',
    ),
    'ready is never an unproven approval of ours': ({ approval, connection }, { tag }) =>
      tag === 'ready' && connection === 'approved' && ['fresh', 'overdue', 'expired'].includes(approval)
        ? tag
        : undefined,
    'nothing follows from connections that cannot be read': never(
      ({ match, service }) => service === 'notReady' || match === 'unobservable' || match === 'refused',
    ),
    'a watch that is broken begins anew': ({ settle, match, service }, { effect }) =>
      settle === 'broken' && effect === 'approveManaged' && service === 'ready' ? `${effect} at ${match}` : undefined,
  });

  every<RevocationFacts>('revocation', REVOCATION_FACTS, {
    'nobody is cut off who may be the last way in': only(
      'revokeUnlisted',
      ({ service, hold }) => service === 'ready' && hold === 'free',
    ),
  });
});

describe('the lockout rule', () => {
  every<InboundFacts>('inbound', INBOUND_FACTS, {
    'Deny is chosen only with every precondition in the same observation': only(
      'denyInbound',
      (facts) =>
        facts.standing === 'owner' &&
        facts.wanted === 'Deny' &&
        facts.inbound === 'Allow' &&
        facts.proof === 'sufficient' &&
        facts.preflight === 'clear' &&
        facts.policyWrite === 'proven' &&
        (facts.tenant === 'clear' || facts.tenant === 'refused') &&
        facts.path !== 'missing' &&
        mayDeny(facts),
    ),
    'the rehearsal too waits for everything else': only('rehearsePolicy', mayDeny),
    'Deny is lifted only because the spec says Allow, and only where we know what was before': only(
      'openInbound',
      (facts) =>
        facts.standing === 'owner' &&
        facts.wanted === 'Allow' &&
        facts.inbound === 'Deny' &&
        facts.record === 'recorded',
    ),
    'or because a person breaks the glass': only(
      'breakGlass',
      (facts) => facts.standing === 'owner' && facts.wanted === 'breakGlass' && facts.inbound === 'Deny',
    ),
    'while the glass is broken nothing closes the door': (facts, { effect }) =>
      facts.wanted === 'breakGlass' && effect !== undefined && !['breakGlass', 'recordGlass'].includes(effect)
        ? effect
        : undefined,
    'a Deny in place sees no write, whatever became of endpoints, proofs, paths or records': (facts, { effect }) =>
      facts.wanted === 'Deny' && facts.inbound === 'Deny' && effect !== undefined && effect !== 'recordDeny'
        ? effect
        : undefined,
    'removing inbound from the spec changes nothing': never(({ wanted }) => wanted === 'unmanaged'),
    'an unreadable policy causes nothing': never(
      ({ inbound }) => inbound === 'unobservable' || inbound === 'refused' || inbound === 'other',
    ),
    'opened by someone else and not closable is loud': (facts, { reason, tag }) =>
      facts.standing === 'owner' &&
      facts.wanted === 'Deny' &&
      facts.inbound === 'Allow' &&
      facts.lock !== 'first' &&
      !mayDeny(facts) &&
      (reason !== 'RelockBlocked' || tag !== 'stalled')
        ? reason
        : undefined,
    'denied is claimed only when seen or when the delay has passed': (facts, { reason }) =>
      reason === 'AccessDenied' && facts.settle !== 'after' && facts.settle !== 'restricted' ? reason : undefined,
  });
});

describe('break-glass', () => {
  every<BreakGlassFacts>('breakGlass', BREAK_GLASS_FACTS, {
    'only a time that is too far ahead is written down as refused, and only where it would open something': only(
      'refuseGlass',
      ({ request, wanted }) => request === 'tooFar' && wanted === 'Deny',
    ),
    'what cannot be granted is loud': ({ request, wanted }, { tag }) =>
      ['invalid', 'refused'].includes(request) && tag !== 'stalled' ? `${wanted} ${request}` : undefined,
  });

  test('the product of the inbound facts stays small enough to be walked in seconds', () => {
    const size = Object.values(INBOUND_FACTS).reduce((product, { length }) => product * length, 1);
    expect(size).toBeLessThan(150_000);
  });
});

describe('downwards', () => {
  every<InboundReleaseFacts>('inboundRelease', INBOUND_RELEASE_FACTS, {
    'deletion never opens without a record that it was open before us': only(
      'openInbound',
      (facts) =>
        facts.standing === 'owner' &&
        facts.onDelete === 'Restore' &&
        facts.before === 'Allow' &&
        facts.inbound === 'Deny',
    ),
    'released exactly when the ladder says so': (facts, { phase }) =>
      (phase === 'Restore.Released') !== inboundReleased(facts) ? phase : undefined,
    'an unreadable policy opens nothing': never(({ inbound }) => inbound === 'unobservable' || inbound === 'refused'),
  });

  const DELETES = ['deleteRecord', 'deleteZoneGroup', 'deleteEndpoint', 'deleteConnection', 'deleteLink', 'deleteZone'];
  every<EndpointRemovalFacts>('endpointRemoval', ENDPOINT_REMOVAL_FACTS, {
    'Retain deletes nothing': (facts, { effect }) =>
      facts.policy === 'Retain' && DELETES.includes(effect ?? '') ? effect : undefined,
    'nothing goes whose consumer cannot be seen': (facts, { effect }) =>
      facts.endpoint === 'noCredentials' && DELETES.includes(effect ?? '') ? effect : undefined,
    'nothing goes before access is released, or while it is the last way in': (facts, { effect }) =>
      facts.gate !== 'open' && DELETES.includes(effect ?? '') ? effect : undefined,
    'without provenance the endpoint stays': only('deleteEndpoint', ({ provenance }) => provenance !== 'none'),
    'DeleteCreated leaves what was adopted': only(
      'deleteEndpoint',
      ({ policy, provenance }) => policy === 'DeleteAll' || provenance === 'created',
    ),
    'another owner’s endpoint stays, and one without our tag unless everything is to go': only(
      'deleteEndpoint',
      ({ endpoint, policy }) => endpoint === 'present' || (endpoint === 'unmarked' && policy === 'DeleteAll'),
    ),
    'records and zone group go first': only(
      'deleteEndpoint',
      ({ records, zoneGroup }) => records === 'none' && zoneGroup !== 'created' && zoneGroup !== 'unobservable',
    ),
    'the zone goes only when it is ours, unlinked and empty': only('deleteZone', ({ zones }) => zones === 'removable'),
    'gone exactly when nothing of ours is left': (facts, { phase }) =>
      phase.startsWith('Forget.') !== endpointRemoved(facts) ? phase : undefined,
  });

  every<ServiceRemovalFacts>('serviceRemoval', SERVICE_REMOVAL_FACTS, {
    'the service goes last': only(
      'deleteService',
      (facts) => facts.access === 'released' && facts.endpoints === 'gone' && facts.connections === 'none',
    ),
    'without provenance the service stays': only('deleteService', ({ provenance }) => provenance !== 'none'),
    'a service without our tag stays, unless everything is to go': only(
      'deleteService',
      ({ service, policy }) => service !== 'foreign' && (service !== 'unmarked' || policy === 'DeleteAll'),
    ),
    'DeleteCreated leaves what was adopted, Retain everything': only(
      'deleteService',
      ({ policy, provenance }) => policy === 'DeleteAll' || (policy === 'DeleteCreated' && provenance === 'created'),
    ),
    'nobody who is connected is cut off': only('deleteStaleConnection', ({ connections }) => connections === 'stale'),
    'the object is let go only when everything below it is': only(
      'release',
      (facts) => facts.claimed && facts.access === 'released' && facts.endpoints === 'gone',
    ),
  });
});
