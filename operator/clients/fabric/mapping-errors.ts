import { OperatorError, type OperatorErrorInit } from '../../errors.ts';

const ENROLMENT =
  'have Microsoft enrol the tenant as a provider of cross-tenant access (limited preview for providers: the registration form is linked in the Fabric documentation)';
const RIGHTS =
  'a Fabric administrator must let the operator’s identity through "Service principals can call Fabric public APIs", "Service principals can access read-only admin APIs" and "Service principals can access admin APIs used for updates" (up to 15 minutes to work)';
const LOOK =
  'whether it is enough shows, signed in as that identity: `az rest --resource https://api.fabric.microsoft.com --url https://api.fabric.microsoft.com/v1/admin/crosstenantauth/mappings`';
const GROUP_CREATE =
  'the Fabric application must hold the Microsoft Graph permission Group.Create in the tenant; which application is meant is not documented: Power BI Service (00000009-0000-0000-c000-000000000000), or the operator’s own';

/**
 * What a refused call about mappings means (cloud-apis section 15; U19, U21, U22). No error code of this API is
 * documented, so that the status has to say most of it. A 401 is not judged here: it needs a second look.
 */
export function mappingError(error: unknown, asked: 'list' | 'create' | 'delete'): unknown {
  if (!(error instanceof OperatorError)) return error;
  const { status, code = '' } = error;
  if (asked === 'create' && (status === 409 || (status === 400 && /exist|duplicate|already/i.test(code)))) {
    return reworded(error, { disposition: 'transient', reason: 'MappingExists' });
  }
  if (asked === 'create' && status === 400) {
    return reworded(error, {
      disposition: 'blocked',
      reason: 'GuestUnresolvable',
      remedy:
        'check object id, type and name of the guest with the guest’s tenant: for an application it is the object id of the enterprise application, not the application id; what was made in the last minutes may not be known yet',
    });
  }
  if (code === 'FeatureNotAvailable' || (status === 404 && asked !== 'delete')) {
    return reworded(error, { disposition: 'blocked', reason: 'ProviderNotEnrolled', remedy: ENROLMENT });
  }
  if (status === 403 && code !== 'TenantSwitchDisabled') {
    const remedy = asked === 'list' ? `${RIGHTS}; ${LOOK}` : `${RIGHTS}; ${GROUP_CREATE}; and ${ENROLMENT}`;
    return reworded(error, { disposition: 'blocked', reason: 'PermissionUnproven', remedy });
  }
  return error;
}

export function consentMissing(error: OperatorError): OperatorError {
  return reworded(error, {
    disposition: 'blocked',
    reason: 'GuestConsentMissing',
    remedy:
      'a Global Administrator of the guest’s tenant must consent to cross-tenant access with this provider; consent works at once',
  });
}

/** The same failure under another heading. */
export function reworded(
  error: OperatorError,
  verdict: Pick<OperatorErrorInit, 'disposition' | 'reason' | 'remedy'>,
): OperatorError {
  return new OperatorError({
    ...verdict,
    message: error.message,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    cause: error,
  });
}
