import type { ContactKind } from '../contacts/contact.js';
import { type PrefixBreaker, watchedPrefix } from '../delivery/prefix-breaker.js';
import { ignoreOutage } from '../errors/ignore-outage.js';
import type { BackgroundWork } from '../lib/background-work.js';
import { type PoolOwner, poolOf } from '../orgs/pool-owner.js';
import type { UserDirectory } from './user-directory.js';
import { isVerified, type PoolUser } from './user-record.js';

interface CodeProofDependencies {
  readonly directory: UserDirectory;
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
  async note(owner: PoolOwner, user: PoolUser, proves: ContactKind | null): Promise<void> {
    if (proves !== 'email' && user.phone_number !== null) this.noteUse(owner, user.phone_number);
    if (proves === null || isVerified(user, proves)) return;
    await this.deps.directory.markVerified(poolOf(owner), user.uid, proves).catch(ignoreOutage);
  }

  /** That people at its prefix use their codes. What a test org is told of is not sent, nor counted for its prefix. */
  noteUse(owner: PoolOwner, phone: string): void {
    const { background, prefixes } = this.deps;
    if (owner.environment !== 'test') background.start(() => prefixes.noteUse(watchedPrefix(owner, phone)));
  }
}
