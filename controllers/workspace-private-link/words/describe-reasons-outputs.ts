import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

/** About what is published for other teams. */
export const OUTPUTS_WORDING = {
  OutputsPublished: {
    says: 'the host names and addresses are in the ConfigMap that publishTo names',
    next: 'the operator keeps them current',
  },
  OutputsPublishing: {
    says: 'the ConfigMap that publishTo names does not say yet what it should',
    next: 'the operator writes it',
  },
  OutputsRefused: {
    says: 'the API server refuses to show the ConfigMap that publishTo names',
    next: `give the operator's service account get, create, patch and delete on ConfigMaps in this namespace, or take publishTo out of the spec; ${LOOKS_AGAIN}`,
  },
  OutputsUnwanted: { says: 'nothing is to be published', next: 'nothing is to be done' },
  OutputsWithdrawing: {
    says: 'a ConfigMap that is no longer asked for still bears what was published',
    next: 'the operator takes it back',
  },
  TargetExists: {
    says: 'the ConfigMap that publishTo names exists, and was not made by this object',
    next: `choose another name, delete it, or hand it over with the label that is named here; ${LOOKS_AGAIN}`,
  },
} satisfies Partial<Record<Reason, Wording>>;
