import { isDeepStrictEqual } from 'node:util';
import type { OrgDocument, OrgStatus, OrgTerms } from './org-record.js';
import { reviewOrg } from './org-rules.js';
import type { OrgChange } from './org-store.js';

interface Consequence {
  readonly change: OrgChange;
  readonly changed: readonly (keyof OrgTerms)[];
  readonly status: OrgStatus;
}

/** What follows from an edited document; null when nothing does. Reads nothing and changes nothing by itself. */
export async function consequenceOf(
  document: OrgDocument & { readonly inForce: OrgTerms },
  now: Date,
): Promise<Consequence | null> {
  const { inForce, problems, changed } = await reviewOrg(document.written, document.inForce, false);
  // As late as it may be that this is looked at, sessions of the time between are as dead; those too that instances which
  // had not heard of a suspension let begin before the resumption.
  const ends = changed.includes('status');
  const isAsProvisioned = document.provisioning === 'done' && document.provisioningRetryAt === null;
  if (isAsProvisioned && changed.length === 0 && isDeepStrictEqual(problems, document.problems)) return null;
  const change = {
    inForce,
    problems,
    ...(isAsProvisioned ? {} : ({ provisioning: 'done', provisioningRetryAt: null } as const)),
    ...(ends ? { sessionsValidFrom: now } : {}),
  };
  return { change, changed, status: inForce.status };
}
