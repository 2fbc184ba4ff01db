import type { ContactKind } from '../contacts/contact.js';
import type { PrefixBreaker } from '../delivery/prefix-breaker.js';
import { prefixOf } from '../delivery/sms-policy.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import type { BackgroundWork } from '../lib/background-work.js';
import { type OrgRecord, orgPool } from '../orgs/org-record.js';
import { isVerified, type UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';

interface CodeProofDependencies {
  readonly users: UserStore;
  readonly prefixes: PrefixBreaker;
  readonly background: BackgroundWork;
}

/** What a code that was used has shown: that people at its prefix use theirs, and whose the contact is. */
export class CodeProof {
  constructor(private readonly deps: CodeProofDependencies) {}

  /**
   * `proves`: the contact that the code went to; null for a text message that may have gone to the email instead. What the
   * code is used for does not fail for want of it: the next one proves the same.
   */
  async note(org: OrgRecord, user: UserRecord, proves: ContactKind | null): Promise<void> {
    const { background, prefixes, users } = this.deps;
    // What a test org is told of is not sent, nor counted for its prefix.
    if (proves !== 'email' && org.environment !== 'test')
      background.start(() => prefixes.noteUse(prefixOf(user.phone_number)));
    if (proves === null || isVerified(user, proves)) return;
    await users.markVerified(orgPool(org), user.uid, proves).catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
    });
  }
}
