import { z } from 'zod';
import { displayName } from '../edits/display-name.js';
import { type Review, type Rules, review, shaped, type Verdict } from '../edits/review.js';
import { ORG_NAME_MAX } from './org-policy.js';
import type { OrgStatus, OrgTerms } from './org-record.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';
import { reviewSettings } from './org-settings-rules.js';

/** What an org is before anybody has said anything about it. */
export const NEW_ORG_TERMS: OrgTerms = {
  name: '',
  status: 'active',
  environment: 'live',
  settings: DEFAULT_ORG_SETTINGS,
};

/** Ids are chosen in the console, or left to it; `main` is the name of the users outside all orgs. */
const ORG_ID = /^(?!main$)[A-Za-z0-9][A-Za-z0-9_-]{2,63}$/;
export const ORG_ID_PROBLEM =
  'The document id must have 3 to 64 letters, digits, - or _, and not be "main". Delete this document and add one with an automatic id.';

export function isAllowedOrgId(id: string): boolean {
  return ORG_ID.test(id);
}

const STATUS_PROBLEM = 'Must be active, suspended or revoked. Until it is, the org is treated as suspended.';
const status = z.enum(['active', 'suspended', 'revoked'], { error: STATUS_PROBLEM });

/** Judges a whole document. `terms` is what was in force, or `NEW_ORG_TERMS`. */
export async function reviewOrg(
  written: { readonly [Field in keyof OrgTerms]: unknown },
  terms: OrgTerms,
  isNew: boolean,
): Promise<Review<OrgTerms>> {
  const settings = await reviewSettings(written.settings ?? {}, terms.settings);
  const rules: Rules<OrgTerms> = {
    name: shaped(displayName(ORG_NAME_MAX)),
    status: (value, inForce) => judgeStatus(value ?? (isNew ? 'active' : value), inForce),
    environment: (value, inForce) => judgeEnvironment(value ?? 'live', inForce, isNew),
    settings: () => ({ value: settings.inForce }),
  };
  const reviewed = review(rules, written, terms);
  const ofSettings = Object.entries(settings.problems).map(([name, problem]) => [
    name === '' ? 'settings' : `settings.${name}`,
    problem,
  ]);
  return { ...reviewed, problems: { ...reviewed.problems, ...Object.fromEntries(ofSettings) } };
}

function judgeStatus(value: unknown, inForce: OrgStatus) {
  const verdict = shaped(status)(value);
  if (inForce === 'revoked' && value !== 'revoked')
    return { problem: 'A revoked org stays revoked. Create another one.' };
  // What is meant to stop an org must not be held up by a typing error.
  if ('problem' in verdict && inForce === 'active') return { value: 'suspended' as const, ...verdict };
  return verdict;
}

function judgeEnvironment(
  value: unknown,
  inForce: OrgTerms['environment'],
  isNew: boolean,
): Verdict<OrgTerms['environment']> {
  if (value !== 'live' && value !== 'test') return { problem: 'Must be live or test.' };
  if (!isNew && value !== inForce) return { problem: `It is a ${inForce} org for good. Create another one.` };
  return { value };
}
