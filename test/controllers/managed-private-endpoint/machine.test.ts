import { describe, expect, test } from '@jest/globals';
import {
  APPROVAL_FACTS,
  type ApprovalFacts,
  ENDPOINT_FACTS,
  type EndpointFacts,
  REMOVAL_FACTS,
  type RemovalFacts,
  TARGET_FACTS,
  type TargetFacts,
} from '../../../controllers/managed-private-endpoint/fact-types.ts';
import { machines } from '../../../controllers/managed-private-endpoint/machine.ts';
import { isRequestable } from '../../../controllers/managed-private-endpoint/machine-target.ts';
import { LOSS_FACTS, type LossFacts } from '../../../operator/runtime/loss/types.ts';
import { type Law, NOTHING, only, survey } from '../survey.ts';

describe('over every observation', () => {
  test('a target may be asked for exactly when its ladder is at its end', () => {
    const laws: Record<string, Law<TargetFacts>> = {
      'the summary is the walk': (facts, { phase }) => isRequestable(facts) === (phase === 'Clear.Ready'),
      'a listed Reject outranks': ({ listed }, { phase }) => listed !== 'rejected' || phase !== 'Clear.Ready',
      'no living namesake, for anybody': ({ matches }, { phase }) => matches !== 'present' || phase !== 'Clear.Ready',
      'no namesake at all, where the operator decides': ({ matches, approver, service }, { phase }) =>
        approver === 'person' ||
        service === 'otherResource' ||
        ['none', 'notAsked'].includes(matches) ||
        phase !== 'Clear.Ready',
      'what is taken away was proven to be ours': only('deleteLeftover', ({ matches }) => matches === 'leftover'),
    };
    expect(survey({ machine: machines.target, domain: TARGET_FACTS, laws })).toEqual(NOTHING);
  });

  test('an endpoint is asked for once, and nothing is deleted that is not ours', () => {
    const isOver = ['rejected', 'disconnected', 'failed', 'nameTaken'];
    const laws: Record<string, Law<EndpointFacts>> = {
      'nothing before the claim, and nothing for whom another outranks': ({ standing, claimed }, { effect }) =>
        effect === undefined || (standing === 'clear' && (claimed || effect === 'claim')),
      'no effect on what was not seen': ({ endpoint }, { effect }) =>
        effect === undefined ||
        effect === 'claim' ||
        !['unobservable', 'refused', 'restricted', 'unsupported', 'paused'].includes(endpoint),
      'noted before it is asked for': only(
        'requestEndpoint',
        ({ endpoint, request, target, cooldown }) =>
          endpoint === 'absent' && request === 'noted' && target === 'requestable' && cooldown === 'over',
      ),
      'not noted while it may not be asked for': only(
        'noteRequest',
        ({ endpoint, target, cooldown }) => endpoint === 'absent' && target === 'requestable' && cooldown === 'over',
      ),
      'made anew by policy, and only what we made': only(
        'recreateEndpoint',
        ({ origin, recreate, endpoint, listed }) =>
          origin === 'created' &&
          (recreate === 'OnRejection' || (recreate === 'paused' && endpoint === 'nameTaken')) &&
          isOver.includes(endpoint) &&
          listed === 'none',
      ),
      'what is paused is said, not done': ({ recreate, endpoint, listed, origin }, { reason, effect }) =>
        reason === 'RecreationPaused'
          ? effect === undefined && recreate === 'paused' && listed === 'none' && origin === 'created'
          : recreate !== 'paused' || effect !== 'recreateEndpoint' || endpoint === 'nameTaken',
      'lost is what was seen before': only('noteLoss', ({ origin }) => origin === 'created' || origin === 'adopted'),
      'Never means never': only('adoptEndpoint', ({ adoption }) => adoption === 'allowed'),
      'Ready means approved, and ours or taken over': ({ endpoint, origin }, { tag }) =>
        tag !== 'ready' || (endpoint === 'approved' && ['created', 'adopted'].includes(origin)),
    };
    expect(survey({ machine: machines.endpoint, domain: ENDPOINT_FACTS, laws })).toEqual(NOTHING);
  });

  test('a request is approved only when all of rule 2 holds, and an approval that Fabric does not confirm is taken back', () => {
    const ours: readonly ApprovalFacts['approval'][] = ['fresh', 'overdue', 'expired', 'confirmed'];
    const laws: Record<string, Law<ApprovalFacts>> = {
      'approves what is identified': only(
        'approveRequest',
        ({ request, match, connection, approval, fabric, settle }) =>
          request === 'clean' &&
          approval !== 'revoked' &&
          match === 'one' &&
          connection === 'pending' &&
          (fabric === 'pending' || fabric === 'provisioning') &&
          settle === 'after',
      ),
      'takes back only its own, and only late or when the target does not want it': only(
        'revokeUnconfirmed',
        ({ match, connection, approval }) =>
          connection === 'approved' &&
          (approval === 'overdue' || approval === 'expired' || (approval === 'fresh' && match === 'rejected')),
      ),
      'does take back what the target does not want': ({ match, connection, approval, fabric, hand }, { effect }) =>
        match !== 'rejected' ||
        hand === 'observed' ||
        connection !== 'approved' ||
        !['fresh', 'overdue', 'expired'].includes(approval) ||
        fabric === 'echoed' ||
        effect === 'revokeUnconfirmed',
      'takes nothing back within the hour on a question that got no answer': only(
        'revokeUnconfirmed',
        ({ match, approval, fabric }) =>
          fabric !== 'echoed' &&
          (match === 'rejected' || approval === 'expired' || (fabric !== 'unobservable' && fabric !== 'refused')),
      ),
      'does take it back after the hour, whether Fabric answers or not': (
        { match, connection, approval, fabric, hand },
        { effect },
      ) =>
        match === 'unobservable' ||
        match === 'refused' ||
        connection !== 'approved' ||
        approval !== 'expired' ||
        fabric === 'echoed' ||
        hand === 'observed' ||
        effect === 'revokeUnconfirmed',
      'writes nothing on behalf of who only observes': only('revokeUnconfirmed', ({ hand }) => hand === 'free'),
      'notes the end of an approval only of what does not stand': only(
        'closeApproval',
        ({ approval, match }) => approval === 'ended' && match !== 'unobservable' && match !== 'refused',
      ),
      'does take it back': ({ match, connection, approval, fabric, hand }, { effect }) =>
        hand === 'observed' ||
        match === 'unobservable' ||
        match === 'refused' ||
        connection !== 'approved' ||
        approval !== 'overdue' ||
        ['unobservable', 'refused', 'echoed'].includes(fabric) ||
        effect === 'revokeUnconfirmed',
      'is done with its own approval only when it is confirmed': ({ connection, approval }, { tag, phase }) =>
        tag !== 'ready' || connection !== 'approved' || !ours.includes(approval) || phase === 'Confirmation.Confirmed',
    };
    expect(survey({ machine: machines.approval, domain: APPROVAL_FACTS, laws })).toEqual(NOTHING);
  });

  test('a deletion takes away what is ours, and always has a way to its end', () => {
    const laws: Record<string, Law<RemovalFacts>> = {
      'deletes what is there and wished away': only(
        'deleteEndpoint',
        ({ wish, endpoint }) => wish === 'delete' && endpoint === 'present',
      ),
      'nothing while an approval of ours is open': ({ approval, claimed }, { effect }) =>
        approval !== 'open' || !claimed || effect === undefined,
      'what is left is written down': ({ approval }, { effect }) =>
        approval !== 'left' || (effect !== 'release' && effect !== 'releaseUnseen'),
      'gives up only for a person, and what it could not look at': only(
        'releaseGivenUp',
        ({ wish, endpoint }) => wish === 'delete' && endpoint === 'givenUp',
      ),
      'lets go when it is gone': only(
        'release',
        ({ wish, endpoint, leftover }) =>
          wish === 'keep' || ((endpoint === 'absent' || endpoint === 'other') && leftover === 'none'),
      ),
      'a workspace that lists nothing wedges nothing': (
        { claimed, approval, wish, endpoint, deletion },
        { effect, poll },
      ) =>
        !claimed ||
        approval === 'open' ||
        wish === 'keep' ||
        endpoint !== 'unlistable' ||
        (deletion === 'before' ? poll === 'due' : effect !== undefined),
    };
    expect(survey({ machine: machines.removal, domain: REMOVAL_FACTS, laws })).toEqual(NOTHING);
  });

  test('nothing is given up before a day has passed or a person asks, and not before it is written down', () => {
    const laws: Record<string, Law<LossFacts>> = {
      'written down first': only(
        'releaseAbandoned',
        ({ entry, lost, asked }) => entry === 'written' && (lost === 'after' || (lost === 'before' && asked)),
      ),
    };
    expect(survey({ machine: machines.loss, domain: LOSS_FACTS, laws })).toEqual(NOTHING);
  });
});
