import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deleteLinkService } from '../../simulator/arm/fabric/out-of-band.ts';
import { deleteOutOfBand } from '../../simulator/arm/out-of-band.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isLastingWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { bringToReady, HOUR_MS, isTrue } from '../support/stage-link.ts';
import { endpointIdIn } from '../support/stage-view.ts';
import { endpointIn, HUB_ZONE, SALES, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

type Change = { because: string; made: () => Promise<void> | void };

let stage: Stage;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage, { endpoints: endpoints('hub', 'spoke') });
  await stage.killOperator();
  ready = stage.snapshot();
});
afterAll(() => stage.close());

function endpoints(...places: ('hub' | 'spoke')[]) {
  const recreatePolicy = 'OnRejection';
  return places.map((place) => ({
    ...endpointIn(place, place === 'hub' ? 'ZoneGroup' : 'Records', stage.nameserverOf),
    recreatePolicy,
  }));
}

const apply = (spec: object) =>
  stage.apply(salesLink(stage.nameserverOf, { endpoints: endpoints('hub', 'spoke'), ...spec }));

const changes: Record<string, Change> = {
  'the service went, and everything that rests on it is made anew': {
    because: 'endpoints are deleted and made again under the same names',
    made: () => deleteLinkService(stage.simulator.cloud, SALES_SERVICE),
  },
  'an endpoint went': {
    because: 'its zone group went with it',
    made: () => void deleteOutOfBand(stage.simulator.cloud, endpointIdIn(stage.simulator.world, 'rg-network-hub')),
  },
  'a zone went': {
    because: 'link and records went with it',
    made: () => void deleteOutOfBand(stage.simulator.cloud, HUB_ZONE),
  },
  'an endpoint is no longer wanted': {
    because: 'what it used is taken away, and nothing of the other',
    made: () => apply({ endpoints: endpoints('hub') }),
  },
  'somebody opened the workspace': {
    because: 'it is closed again',
    made: () => policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow', outbound: 'Allow' }),
  },
  'the spec opens the workspace': {
    because: 'what the lock remembered is forgotten with it',
    made: () => apply({ inbound: { publicAccess: 'Allow', onDelete: 'Restore' }, outbound: { publicAccess: 'Allow' } }),
  },
};

/**
 * Without the times of relocks: those are written after the call, so that a refused one does not accuse anybody, and a
 * crash in between forgives the other writer once.
 */
function endOf(): unknown {
  const outcome = outcomeOf(stage) as { object: { annotations: Record<string, string> } };
  delete outcome.object.annotations['fabriclink.dev/relocks'];
  return outcome;
}

/** Ready, and looked at again after everything that was under way. */
async function playOn(): Promise<void> {
  await stage.pass(2 * HOUR_MS);
  await stage.run(() => isTrue(stage.link(), 'Ready'), { withinMs: 4 * HOUR_MS, what: 'Ready again' });
}

describe('a process that dies while something changes', () => {
  test.each(Object.entries(changes))(
    '%s: before and after each write of clouds and provenance, the next process ends in the same world',
    async (_, { made }) => {
      await stage.killOperator();
      await stage.restore(ready);
      await made();
      const recording = await recordMoments(stage, async () => {
        await stage.startOperator();
        await playOn();
      });
      const undisturbed = endOf();
      const { crashes, failures } = await crashEverywhere(
        stage,
        recording,
        async () => {
          await playOn();
          expect(endOf()).toEqual(undisturbed);
        },
        isLastingWrite,
      );
      expect(failures).toEqual([]);
      expect(crashes).toBe(2 * recording.calls.filter(isLastingWrite).length);
    },
    120_000,
  );
});
