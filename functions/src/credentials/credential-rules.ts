import { z } from 'zod';
import { type Review, type Rules, review, shaped } from '../edits/review.js';
import { isNetwork } from '../lib/ip-address.js';
import { ALLOWED_ADDRESSES_MAX, CREDENTIAL_NAME_MAX } from './credential-policy.js';
import { CREDENTIAL_SCOPES, type CredentialStatus, type CredentialTerms } from './credential-record.js';

const NAME_PROBLEM = `Must be a text of at most ${CREDENTIAL_NAME_MAX} characters.`;
const ADDRESS_PROBLEM = 'Must be an address or a network, such as 203.0.113.7 or 2001:db8::/48.';

const RULES: Rules<CredentialTerms> = {
  name: shaped(z.string(NAME_PROBLEM).max(CREDENTIAL_NAME_MAX, NAME_PROBLEM)),
  status: judgeStatus,
  scopes: shaped(
    z.array(z.enum(CREDENTIAL_SCOPES, { error: `Must be of ${CREDENTIAL_SCOPES.join(', ')}.` }), 'Must be a list.'),
  ),
  expiresAt: shaped(z.date('Must be a timestamp, or null for no end.').nullable()),
  allowedAddresses: shaped(
    z
      .array(
        z.string(ADDRESS_PROBLEM).refine(isNetwork, ADDRESS_PROBLEM),
        'Must be a list of networks, or null for any.',
      )
      .min(1, 'Must name a network, or be null for any.')
      .max(ALLOWED_ADDRESSES_MAX, `Must have at most ${ALLOWED_ADDRESSES_MAX} networks.`)
      .nullable(),
  ),
};

export function reviewCredential(
  written: { readonly [Field in keyof CredentialTerms]: unknown },
  inForce: CredentialTerms,
): Review<CredentialTerms> {
  // What an admin has removed from the document is as little there as null.
  const { expiresAt = null, allowedAddresses = null } = written;
  return review(RULES, { ...written, expiresAt, allowedAddresses }, inForce);
}

function judgeStatus(written: unknown, inForce: CredentialStatus) {
  if (inForce === 'revoked' && written !== 'revoked')
    return { problem: 'A revoked credential stays revoked. Issue another one.' };
  if (written === 'active' || written === 'revoked') return { value: written } as const;
  return { problem: 'Must be active or revoked. Until it is, the credential is refused.' };
}
