import type { CodeService } from '../codes/code-service.js';
import { GatehouseError, UnavailableError } from '../errors/gatehouse-error.js';
import type { Pool } from '../identity/pool.js';
import { BreakerOpenError } from '../lib/backend.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import type { Notice } from '../notices/notice.js';
import type { NoticeService } from '../notices/notice-service.js';
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
  readonly notices: NoticeService;
  readonly clock: Clock;
}

/** Ends what a user has begun: logins and resets that wait for their code, and sessions. */
export class AccessService {
  constructor(private readonly deps: AccessDependencies) {}

  /**
   * Makes a change that nothing begun before it may outlive, but `keep`. All is ended once before, so that a process killed
   * in between leaves nothing old beside something new, and once after, for logins that slipped in between the two. Then
   * the user is told. Killed before the end, the sweep does the rest. @throws UnavailableError, or what `change` throws
   */
  async endAllAround(
    pool: Pool,
    user: UserRecord,
    change: () => Promise<void>,
    { keep, notice }: { readonly keep?: SessionId | undefined; readonly notice?: Notice } = {},
  ): Promise<void> {
    const revocation: RevocationRecord = {
      id: revocationId.generate(),
      pool,
      uid: user.uid,
      keep: keep ?? null,
      ends: true,
      notice: notice ?? null,
      dueAt: new Date(this.deps.clock.now() + REVOCATION_DUE_MS),
    };
    let isBegun = false;
    try {
      await settleBoth(this.deps.revocations.add(revocation), this.endAll(pool, user, keep));
      isBegun = true;
      await change();
    } catch (error) {
      if (!isBegun || !mayHaveHappened(error)) await this.withhold(revocation);
      throw error;
    }
    await this.endAll(pool, user, keep);
    if (notice !== undefined) await this.deps.notices.tell(pool, user.uid, notice);
    await this.deps.revocations.remove(revocation.id);
  }

  /** Ends what a request that died had meant to end. @throws UnavailableError */
  async finish({ id, pool, uid, keep, ends, notice }: RevocationRecord): Promise<void> {
    const user = await this.deps.users.find(pool, uid);
    // Of a user who was deleted: without a profile no code opens a session.
    if (user === null) await this.deps.sessions.endAll(pool, uid);
    else if (ends) await this.endAll(pool, user, keep ?? undefined);
    // Where the queue is down, what is left to be told is written down anew: nothing is ended twice for it.
    if (notice !== null) await this.deps.notices.tell(pool, uid, notice);
    await this.deps.revocations.remove(id);
  }

  /** Of a change that was not made nobody is told. What was begun before it is ended all the same. */
  private async withhold(revocation: RevocationRecord): Promise<void> {
    if (revocation.notice === null) return;
    await this.deps.revocations.add({ ...revocation, id: revocationId.generate(), notice: null });
    await this.deps.revocations.remove(revocation.id);
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

/** Only of what was refused, or not even asked for, nobody needs to be told: the rest may have been done. */
function mayHaveHappened(error: unknown): boolean {
  if (error instanceof UnavailableError) return !(error.cause instanceof BreakerOpenError);
  return !(error instanceof GatehouseError);
}
