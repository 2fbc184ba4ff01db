import { UnavailableError } from '../../errors/gatehouse-error.js';
import { BreakerOpenError } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';

/** An error answer of Identity Platform. `reason` is its own constant, such as `EMAIL_EXISTS`. */
export class IdentityToolkitError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    /** Whether it is about the one user, as when too many wrong passwords have closed an account. */
    readonly isOfOneUser = false,
  ) {
    super(`Identity Platform answered ${status} ${reason}`);
    this.name = 'IdentityToolkitError';
  }
}

/**
 * What a reason says. `answer`: about the user, and the method that meets it makes an outcome of it. `setup`: the tenant
 * or the project is not as we need it, which may be so for one org alone. `outage`: down, or over quota for everybody.
 * But for an answer that is expected, all of them are `unavailable`: never a wrong password, never another pool.
 */
type Meaning = 'answer' | 'setup' | 'outage';

/** @see https://cloud.google.com/identity-platform/docs/error-codes */
const REASONS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['EMAIL_EXISTS', 'answer'],
  ['DUPLICATE_LOCAL_ID', 'answer'],
  ['PHONE_NUMBER_EXISTS', 'answer'],
  ['INVALID_PHONE_NUMBER', 'answer'],
  ['WEAK_PASSWORD', 'answer'],
  ['PASSWORD_DOES_NOT_MEET_REQUIREMENTS', 'answer'],
  ['INVALID_LOGIN_CREDENTIALS', 'answer'],
  ['INVALID_PASSWORD', 'answer'],
  ['INVALID_EMAIL', 'answer'],
  ['EMAIL_NOT_FOUND', 'answer'],
  ['USER_NOT_FOUND', 'answer'],
  ['USER_DISABLED', 'answer'],
  ['ADMIN_ONLY_OPERATION', 'answer'],
  ['TENANT_NOT_FOUND', 'setup'],
  ['INVALID_TENANT_ID', 'setup'],
  ['PROJECT_NOT_FOUND', 'setup'],
  ['CONFIGURATION_NOT_FOUND', 'setup'],
  ['OPERATION_NOT_ALLOWED', 'setup'],
  ['PASSWORD_LOGIN_DISABLED', 'setup'],
  ['INSUFFICIENT_PERMISSION', 'setup'],
  ['PERMISSION_DENIED', 'setup'],
  ['QUOTA_EXCEEDED', 'outage'],
  ['RESOURCE_EXHAUSTED', 'outage'],
  ['TOO_MANY_ATTEMPTS_TRY_LATER', 'outage'],
  ['INTERNAL_ERROR', 'outage'],
  ['UNAVAILABLE', 'outage'],
]);

/** `TOO_MANY_ATTEMPTS_TRY_LATER : Access to this account has been temporarily disabled …` */
const OF_ONE_USER = /^TOO_MANY_ATTEMPTS_TRY_LATER\b.*\bthis account\b/s;

export function errorOf(status: number, answer: unknown): IdentityToolkitError {
  const { message, code } = saidBy(answer);
  // The part after the constant is for people; where there is no other, Google's own code says what kind it is.
  const reason = /^[A-Z][A-Z_]+(?![a-z])/.exec(message)?.[0] ?? code;
  return new IdentityToolkitError(status, reason, OF_ONE_USER.test(message));
}

/** For the breaker. What one user or one org has brought about must not shut out the others. */
export function isIdentityPlatformOutage(error: unknown): boolean {
  if (!(error instanceof IdentityToolkitError)) return error instanceof UnavailableError || isUnanswered(error);
  const { status, reason, isOfOneUser } = error;
  if (isOfOneUser) return false;
  const meaning = REASONS.get(reason) ?? (status === 429 || status >= 500 ? 'outage' : 'setup');
  return meaning === 'outage';
}

/** No answer, none in time, or one that is not JSON. fetch reports a broken connection as a TypeError with a cause. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof DeadlineExceededError || error instanceof BreakerOpenError) return true;
  return error instanceof SyntaxError || (error instanceof TypeError && error.cause !== undefined);
}

function saidBy(answer: unknown): { readonly message: string; readonly code: string } {
  const error = (answer as { error?: { message?: unknown; status?: unknown } | null } | null)?.error;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { message: text(error?.message), code: text(error?.status) || 'UNKNOWN' };
}
