import type { CodeService } from '../codes/code-service.js';
import type { Pool } from '../identity/pool.js';
import type { SessionId } from '../sessions/session-id.js';
import type { SessionService } from '../sessions/session-service.js';
import { contactsOf, type UserRecord } from './user-record.js';
import { contactSubject, userSubject } from './user-subjects.js';

interface AccessDependencies {
  readonly codes: CodeService;
  readonly sessions: SessionService;
}

/** Ends what a user has begun: logins and resets that wait for their code, and sessions. */
export class AccessService {
  constructor(private readonly deps: AccessDependencies) {}

  /** Every code and session of the user but `keep`. @throws UnavailableError */
  async endAll(pool: Pool, user: UserRecord, keep?: SessionId): Promise<void> {
    const { email, phone } = contactsOf(user);
    // The codes first: a login between its code and its session then fails on the missing code, or its session is found.
    await Promise.all([
      this.deps.codes.clear(pool, 'login', [contactSubject(email), contactSubject(phone)]),
      this.deps.codes.clear(pool, 'password_reset', [userSubject(user.uid)]),
    ]);
    await this.deps.sessions.endAll(pool, user.uid, keep);
  }
}
