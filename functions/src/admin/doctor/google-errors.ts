import { type Finding, FindingError, failed } from './check.js';
import type { GoogleApiName } from './doctor-target.js';
import { textAt, valueAt } from './json.js';

/** What a request needs: the permission, and a role that has it and little else. */
export interface Need {
  readonly permission: string;
  readonly role: string;
}

/** The caller may not look. */
export class ForbiddenError extends FindingError {}

/** Google's name for what went wrong: an ErrorInfo, or the word that Identity Platform starts its messages with. */
export function reasonOf(body: unknown): string {
  const details = valueAt(body, 'error.details');
  const info = Array.isArray(details) ? details.find((detail) => textAt(detail, '@type').endsWith('ErrorInfo')) : null;
  const [word = ''] = textAt(body, 'error.message').split(' ');
  // Only what is a name is shown.
  const isName = (text: string) => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(text);
  return [textAt(info, 'reason'), word, textAt(body, 'error.status')].find(isName) ?? '';
}

export function unauthenticated(): FindingError {
  return new FindingError(failed('Google did not accept the access token.', LOG_IN));
}

export function withoutToken(): FindingError {
  return new FindingError(failed('There is no access token for Google.', LOG_IN));
}

export function forbidden(api: GoogleApiName, body: unknown, projectId: string, need: Need): ForbiddenError {
  return new ForbiddenError(whyForbidden(`${api}.googleapis.com`, reasonOf(body), projectId, need));
}

const LOG_IN = 'Log in again: gcloud auth application-default login';
const QUOTA: Need = { permission: 'serviceusage.services.use', role: 'roles/serviceusage.serviceUsageConsumer' };

/** https://cloud.google.com/php/docs/reference/common-protos/latest/Api.ErrorReason */
function whyForbidden(api: string, reason: string, projectId: string, need: Need): Finding {
  switch (reason) {
    case 'SERVICE_DISABLED':
      return failed(`The API ${api} is not enabled.`, `gcloud services enable ${api} --project=${projectId}`);
    case 'BILLING_DISABLED':
      return failed(
        'Billing is off.',
        `Link a billing account: https://console.cloud.google.com/billing/linkedaccount?project=${projectId}`,
      );
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return failed('The access token was made without the scope cloud-platform.', LOG_IN);
    case 'USER_PROJECT_DENIED':
      return lacking(QUOTA, projectId);
    default:
      return lacking(need, projectId);
  }
}

function lacking({ permission, role }: Need, projectId: string): Finding {
  const grant = `gcloud projects add-iam-policy-binding ${projectId} --member=user:YOUR_ADDRESS --role=${role}`;
  return failed(
    `Your account lacks the permission ${permission}.`,
    `If the project id is right, have an owner run: ${grant}`,
  );
}
