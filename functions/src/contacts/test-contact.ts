import type { OrgRecord } from '../orgs/org-record.js';
import type { Contact } from './contact.js';

/** The code of every test contact, whatever length the org's codes have. */
export const TEST_CODE = '000000';

/** RFC 2606. */
const RESERVED_EMAIL = /@(?:example\.(?:com|net|org)|[^@]+\.(?:test|example))$/;
/** 555-0100 to 555-0199 of any area: what the North American Numbering Plan keeps for fiction. */
const RESERVED_PHONE = /^\+1[2-9]\d{2}55501\d{2}$/;

/**
 * A contact that can be nobody's, in an org made to try things out: its code is known, and no limit or pause keeps a
 * partner's own tests waiting. The org's environment alone decides; no setting of the deployment or the org comes in.
 */
export function isTestContact({ environment }: Pick<OrgRecord, 'environment'>, { kind, value }: Contact): boolean {
  if (environment !== 'test') return false;
  return (kind === 'email' ? RESERVED_EMAIL : RESERVED_PHONE).test(value);
}
