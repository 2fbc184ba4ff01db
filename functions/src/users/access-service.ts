import type { CodeService } from '../codes/code-service.js';
import type { Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import type { SessionId } from '../sessions/session-id.js';
import type { SessionService } from '../sessions/session-service.js';
import { REVOCATION_DUE_MS } from './access-policy.js';
import { type RevocationRecord, revocationId } from './revocation-record.js';
import type { RevocationStore } from './revocation-store.js';
import { contactsOf, type UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';
import { contactSubject, userSubject } from './user-subjects.js';

interface AccessDependencies {
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly users: UserStore;
  readonly revocations: RevocationStore;
  readonly clock: Clock;
}

/** Ends what a user has begun: logins and resets that wait for their code, and sessions. */
export class AccessService {
  constructor(private readonly deps: AccessDependencies) {}

  /**
   * Makes a change that nothing begun before it may outlive, but `keep`. All is ended once before, so that a process killed
   * in between leaves nothing old beside something new, and once after, for logins that slipped in between the two. Killed
   * before the second, the sweep does it. @throws UnavailableError, or what `change` throws
   */
  async endAllAround(pool: Pool, user: UserRecord, change: () => Promise<void>, keep?: SessionId): Promise<void> {
    const revocation: RevocationRecord = {
      id: revocationId.generate(),
      pool,
      uid: user.uid,
      keep: keep ?? null,
      dueAt: new Date(this.deps.clock.now() + REVOCATION_DUE_MS),
    };
    await settleBoth(this.deps.revocations.add(revocation), this.endAll(pool, user, keep));
    await change();
    await this.endAll(pool, user, keep);
    await this.deps.revocations.remove(revocation.id);
  }

  /** Ends what a request that died had meant to end. @throws UnavailableError */
  async finish({ id, pool, uid, keep }: RevocationRecord): Promise<void> {
    const user = await this.deps.users.find(pool, uid);
    if (user !== null) await this.endAll(pool, user, keep ?? undefined);
    // Of a user who was deleted: without a profile no code opens a session.
    else await this.deps.sessions.endAll(pool, uid);
    await this.deps.revocations.remove(id);
  }

  /** Codes that wait, and with them the failures of the user's codes. @throws UnavailableError */
  async endCodes(pool: Pool, user: UserRecord): Promise<void> {
    const { email, phone } = contactsOf(user);
    await Promise.all([
      this.deps.codes.clear(pool, 'login', [contactSubject(email), contactSubject(phone)]),
      this.deps.codes.clear(pool, 'password_reset', [userSubject(user.uid)]),
    ]);
  }

  /** Every code and session of the user but `keep`. */
  private async endAll(pool: Pool, user: UserRecord, keep?: SessionId): Promise<void> {
    // The codes first: a login between its code and its session then fails on the missing code, or its session is found.
    await this.endCodes(pool, user);
    await this.deps.sessions.endAll(pool, user.uid, keep);
  }
}
