import type { ArmSwitch } from '../../../simulator/arm/conduct.ts';
import { describeSwitches } from '../core/switches.ts';
import { boundaryCases } from './boundary-cases.ts';
import { dnsCases } from './dns-cases.ts';
import { endpointCases } from './endpoint-cases.ts';
import { startNetwork } from './network-fixture.ts';
import { targetCases } from './target-cases.ts';

// The type argument sees to it that no behaviour is without a check.
describeSwitches<ArmSwitch>(
  { ...boundaryCases, ...endpointCases, ...dnsCases, ...targetCases },
  startNetwork,
  (conduct, name) => {
    conduct.arm.switches[name] = false;
  },
);
