import { z } from 'zod';
import { type Review, type Rules, review, shaped } from '../edits/review.js';
import { KYC_STATUSES, USER_STATUSES, type UserStatus, type UserTerms } from './user-record.js';

const oneOf = (values: readonly string[]) => `Must be one of ${values.join(', ')}. What was written was put back.`;
const ROLE = /^[a-z][a-z0-9_-]{0,31}$/;
const ROLE_PROBLEM =
  'Must be a word of at most 32 small letters, digits, - and _, such as user or admin. What was written was put back.';
const status = shaped(z.enum(USER_STATUSES, { error: oneOf(USER_STATUSES) }));

const RULES: Rules<UserTerms> = {
  kyc_status: shaped(z.enum(KYC_STATUSES, { error: oneOf(KYC_STATUSES) })),
  status: judgeStatus,
  role: shaped(z.string(ROLE_PROBLEM).regex(ROLE, ROLE_PROBLEM)),
};

export function reviewUser(
  written: { readonly [Field in keyof UserTerms]: unknown },
  inForce: UserTerms,
): Review<UserTerms> {
  return review(RULES, written, inForce);
}

/** `pending` is before anything else: nobody gets back there. */
function judgeStatus(written: unknown, inForce: UserStatus) {
  if (written === 'pending' && inForce !== 'pending')
    return { problem: `Nobody can be pending again who was ${inForce}. What was written was put back.` };
  return status(written);
}
