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
export async function consequenceOf(document: OrgDocument, now: Date): Promise<Consequence | null> {
  const before = document.inForce;
  if (before === null) return null;
  const { inForce, problems, changed } = await reviewOrg(document.written, before, false);
  // As late as it may be that this is looked at: sessions of the time between are as dead.
  const ends = changed.includes('status') && inForce.status !== 'active';
  if (changed.length === 0 && isDeepStrictEqual(problems, document.problems)) return null;
  const change = { inForce, problems, ...(ends ? { sessionsValidFrom: now } : {}) };
  return { change, changed, status: inForce.status };
}
