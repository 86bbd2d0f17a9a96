import type { OutputsReason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from '../words/describe-wording.ts';

/** About what is published. */
export const OUTPUTS_WORDING: Readonly<Record<OutputsReason, Wording>> = {
  AwaitingStrings: {
    says: 'not every connection string is known yet',
    next: 'what is known is published already, and the rest as soon as Fabric tells it; status.connectionStrings says what is missing',
  },
  Published: { says: 'the connection strings are where publishTo says', next: 'the operator keeps them current' },
  Publishing: {
    says: 'the Secret or ConfigMap that publishTo names does not say yet what it should',
    next: 'the operator writes it',
  },
  PublishingRefused: {
    says: 'the API server does not let the operator read what publishTo names',
    next: `give the operator’s service account get, create, patch and delete on it in this namespace, or take publishTo out of the spec; ${LOOKS_AGAIN}`,
  },
  PublishingUnobservable: {
    says: 'the Secret or ConfigMap cannot be read just now',
    next: 'the operator tries again by itself',
  },
  PublishingUnwanted: { says: 'nothing is to be published', next: 'nothing is to be done' },
  StringsWithdrawing: {
    says: 'a Secret or ConfigMap that is no longer asked for still bears connection strings',
    next: 'the operator takes its own keys back',
  },
  TargetExists: {
    says: 'what publishTo names exists, and was not made by this object',
    next: `choose another name, delete it, or hand it over with the label that is named here; ${LOOKS_AGAIN}`,
  },
};
