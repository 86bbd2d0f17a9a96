import type { Decision } from '../../../operator/runtime/kind.ts';
import { recordsByHand } from '../desired.ts';
import { same } from '../desired-names.ts';
import { dnsInPlace } from '../dns/machine.ts';
import { endpointApproved } from '../endpoint/machine.ts';
import { placementOf } from '../placement/machine.ts';
import { serviceUsable } from '../service/machine.ts';
import type {
  DnsFacts,
  DnsSeen,
  Effect,
  EndpointFacts,
  EndpointSeen,
  InboundFacts,
  Ladder,
  PlacementFacts,
  ProofFacts,
  Seen,
  ServiceFacts,
} from '../types.ts';
import { nameIn, type Prospect, recordItems } from './plan-prospects.ts';

type Decide = (ladder: Ladder) => Decision;
type Rule = (all: readonly Prospect[], decide: Decide) => readonly Prospect[];

/**
 * What ladders say to each other, made true again: the same summaries that an observation makes, in the order in which
 * they follow from each other.
 */
export const agreeAbout =
  (seen: Seen): Rule =>
  (all, decide) =>
    [
      registrationsDone,
      zonesMade,
      linksMade(seen),
      placementKnown,
      serviceThere,
      approved(seen),
      recordsShared(seen),
      proven(seen),
      waysIn(seen),
    ].reduce<readonly Prospect[]>((ladders, rule) => rule(ladders, decide), all);

/** Links and records that are not as they should be, and that an effect sets right. */
const TO_WRITE: readonly string[] = ['missing', 'drifted', 'takeable'];

/** Sets facts on the ladders of one machine. */
function change<F>(
  all: readonly Prospect[],
  machine: string,
  to: (facts: F, ladder: Prospect) => Partial<F> | undefined,
): readonly Prospect[] {
  return all.map((ladder) => {
    if (ladder.machine !== machine) return ladder;
    const changes = to(ladder.facts as F, ladder);
    return changes ? { ...ladder, facts: { ...ladder.facts, ...(changes as Prospect['facts']) } } : ladder;
  });
}

const named = <F>(all: readonly Prospect[], name: string): F | undefined =>
  all.find((ladder) => ladder.name === name)?.facts as F | undefined;
const isDoneElsewhere = ({ todo }: Prospect, effect: Effect): boolean => todo[effect]?.length === 0;
const endpointIn = ({ endpoints }: Seen, ladder: string): EndpointSeen | undefined =>
  endpoints.find(({ desired }) => desired.name === nameIn(ladder));
const zoneOf = (seen: Seen, ladder: string): string | undefined => endpointIn(seen, ladder)?.desired.dns?.zoneId;

/** Of two endpoints in one subscription, one registers for both. */
const registrationsDone: Rule = (all) => {
  const settle =
    (effect: Effect) =>
    ({ provider }: PlacementFacts | ServiceFacts, ladder: Prospect) =>
      (provider === 'missing' || provider === 'registered') && isDoneElsewhere(ladder, effect)
        ? ({ provider: 'settled' } as const)
        : undefined;
  return change(
    change(all, 'placement', settle('registerEndpointProvider')),
    'service',
    (facts: ServiceFacts, ladder) =>
      facts.registration === 'allowed' ? settle('registerServiceProvider')(facts, ladder) : undefined,
  );
};

const zonesMade: Rule = (all) =>
  change<DnsFacts>(all, 'dns', ({ zone }, ladder) =>
    zone === 'absent' && isDoneElsewhere(ladder, 'createZone') ? { zone: 'unnoted' } : undefined,
  );

/** A sibling has written the last link, or taken the last one away, that this one wanted so. */
const linksMade =
  (seen: Seen): Rule =>
  (all) =>
    change<DnsFacts>(all, 'dns', ({ links }, ladder) => {
      const wants = (endpointIn(seen, ladder.name)?.desired.dns?.links ?? []).length > 0;
      if (TO_WRITE.includes(links) && wants && isDoneElsewhere(ladder, 'putLink')) {
        return { links: 'inProgress' };
      }
      const isGone = (links === 'surplus' || links === 'last') && isDoneElsewhere(ladder, 'deleteSurplusLink');
      return isGone ? { links: 'met' } : undefined;
    });

const placementKnown: Rule = (all) =>
  change<EndpointFacts>(all, 'endpoint', ({ endpoint }, ladder) => {
    const placement = named<PlacementFacts>(all, `placement/${nameIn(ladder.name)}`);
    return placement && (endpoint === 'absent' || endpoint === 'outdated')
      ? { placement: placementOf(placement) }
      : undefined;
  });

const REST_ON_SERVICE = ['endpoint', 'outputs', 'connection', 'managedConnection', 'revocation'];

const serviceThere: Rule = (all) => {
  const service = named<ServiceFacts>(all, 'service');
  const usable = service !== undefined && serviceUsable(service);
  const state = usable ? ('ready' as const) : ('notReady' as const);
  return REST_ON_SERVICE.reduce(
    (ladders, machine) => change<{ service: 'ready' | 'notReady' }>(ladders, machine, () => ({ service: state })),
    all,
  );
};

const REST_ON_ENDPOINT = ['met', 'extra', 'grouped', 'moved', 'provisioning', 'failed'];

/**
 * DNS follows once its endpoint is approved. One that is to be made anew will have other addresses, and its zone group
 * goes with it.
 */
const approved =
  (seen: Seen): Rule =>
  (all) =>
    all.map((ladder) => {
      if (ladder.machine !== 'dns') return ladder;
      const facts = ladder.facts as DnsFacts;
      const endpoint = named<EndpointFacts>(all, `endpoint/${nameIn(ladder.name)}`);
      const isApproved = endpoint !== undefined && endpointApproved(endpoint);
      const goesAnew = endpoint?.endpoint === 'absent' && REST_ON_ENDPOINT.includes(facts.records);
      const next: DnsFacts = {
        ...facts,
        endpoint: isApproved ? 'approved' : 'notYet',
        ...(goesAnew && { records: facts.wanted === 'Records' && facts.records !== 'grouped' ? 'drifted' : 'missing' }),
      };
      const todo = goesAnew ? { ...ladder.todo, putRecord: allRecords(seen, ladder) } : ladder.todo;
      return { ...ladder, facts: next, todo };
    });

function allRecords(seen: Seen, { name }: Prospect) {
  const dns = endpointIn(seen, name)?.desired.dns;
  return dns ? recordItems(dns.zoneId, recordsByHand(seen.desired, dns)) : [];
}

/**
 * In mode Records a set holds the addresses of all endpoints that share the zone: whoever joins has the others write
 * theirs anew, and whoever has written has written for all.
 */
const recordsShared =
  (seen: Seen): Rule =>
  (all) => {
    const isRecords = ({ machine, facts }: Prospect) => machine === 'dns' && facts['wanted'] === 'Records';
    const joins = ({ name, facts }: Prospect) =>
      facts['endpoint'] === 'approved' &&
      endpointIn(seen, name)?.dns.facts.endpoint !== 'approved' &&
      TO_WRITE.includes(String(facts['records']));
    return all.map((ladder) => {
      if (!isRecords(ladder) || ladder.facts['endpoint'] !== 'approved') return ladder;
      const { records } = ladder.facts;
      if (TO_WRITE.includes(String(records)) && isDoneElsewhere(ladder, 'putRecord')) {
        return { ...ladder, facts: { ...ladder.facts, records: 'met' } };
      }
      const joining = all.find(
        (other) =>
          other !== ladder &&
          isRecords(other) &&
          joins(other) &&
          same(zoneOf(seen, other.name), zoneOf(seen, ladder.name)),
      );
      if (records !== 'met' || !joining) return ladder;
      return {
        ...ladder,
        facts: { ...ladder.facts, records: 'drifted' },
        todo: { ...ladder.todo, putRecord: joining.todo.putRecord ?? [] },
      };
    });
  };

/** Names that have just been put right answer what they should, where some network sees the zone at all. */
const proven =
  (seen: Seen): Rule =>
  (all) =>
    change<ProofFacts>(all, 'proof', ({ dns, verify }, { name }) => {
      const rungs = named<DnsFacts>(all, `dns/${nameIn(name)}`);
      const inPlace = rungs !== undefined && dnsInPlace(rungs);
      if (!inPlace) return { dns: 'notYet' };
      if (dns === 'inPlace') return undefined;
      return { dns: 'inPlace', proof: foretold(endpointIn(seen, name)?.dns.ahead, verify) };
    });

function foretold(ahead: DnsSeen['ahead'], verify: ProofFacts['verify']): ProofFacts['proof'] {
  if (!ahead) return 'proven';
  if (ahead.proof === 'unlinked') return verify === 'ControlPlane' ? 'unlinked' : 'proven';
  // In place already, only the endpoint was not approved: then what names answer now is what they will answer.
  const isInPlace = dnsInPlace({ ...ahead.facts, endpoint: 'approved' });
  return isInPlace && ahead.proof !== 'unobservable' ? ahead.proof : 'proven';
}

/** A new way in lets the door be closed, and what was held for being the only one go. */
const waysIn =
  (seen: Seen): Rule =>
  (all, decide) => {
    const { requires } = seen.desired;
    const counts = all.flatMap(({ name, machine, facts }) => {
      if (machine !== 'endpoint' || !endpointApproved(facts as EndpointFacts)) return [];
      const proof = all.find((ladder) => ladder.name === `proof/${nameIn(name)}`);
      const isProven =
        proof !== undefined &&
        decide(proof).phase === 'Verified.Proven' &&
        (requires !== 'Resolve' || proof.facts['verify'] === 'Resolve');
      return requires === 'None' || isProven ? [nameIn(name)] : [];
    });
    if (counts.length === 0) return all;
    const freed = ({ hold }: { hold: 'free' | 'held' }, { name }: Prospect) =>
      hold === 'held' && counts.some((other) => other !== nameIn(name)) ? ({ hold: 'free' } as const) : undefined;
    const withInbound = change<InboundFacts>(all, 'inbound', () => ({ proof: 'sufficient' }));
    const withGates = change<{ gate: string }>(withInbound, 'endpointRemoval', ({ gate }) =>
      gate === 'lastProof' ? { gate: 'open' } : undefined,
    );
    return ['endpoint', 'dns', 'connection', 'revocation'].reduce(
      (ladders, machine) => change<{ hold: 'free' | 'held' }>(ladders, machine, freed),
      withGates,
    );
  };
