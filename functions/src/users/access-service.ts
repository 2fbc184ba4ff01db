import type { CodeService } from '../codes/code-service.js';
import type { Notice } from '../delivery/job.js';
import { GatehouseError, InvalidSessionError, UnavailableError } from '../errors/gatehouse-error.js';
import type { Pool } from '../identity/pool.js';
import { BreakerOpenError } from '../lib/backend.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import type { NoticeService } from '../notices/notice-service.js';
import type { SessionId } from '../sessions/session-id.js';
import type { SessionService } from '../sessions/session-service.js';
import { REVOCATION_DUE_MS } from './access-policy.js';
import { type RevocationRecord, revocationId } from './revocation-record.js';
import type { RevocationStore } from './revocation-store.js';
import type { SignIns } from './sign-ins.js';
import type { UserDirectory } from './user-directory.js';
import { contactsOf, type PoolUser } from './user-record.js';
import { contactSubject, userSubject } from './user-subjects.js';

interface AccessDependencies {
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly directory: UserDirectory;
  readonly signIns: SignIns;
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
    user: PoolUser,
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
      if (pool.id === 'main') await this.keepPast(keep, revocation.dueAt);
      await this.assertKept(keep);
      isBegun = true;
      await change();
    } catch (error) {
      if (!isBegun || !mayHaveHappened(error)) await this.withhold(revocation);
      throw error;
    }
    await this.endAll(pool, user, keep);
    const validFrom = await this.deps.signIns.end(pool, user.uid);
    if (validFrom !== null) await this.keepPast(keep, validFrom);
    if (notice !== undefined) await this.deps.notices.tell(pool, user.uid, notice);
    await this.deps.revocations.remove(revocation.id);
  }

  /** Ends what a request that died had meant to end. @throws UnavailableError */
  async finish({ id, pool, uid, keep, ends, notice, dueAt }: RevocationRecord): Promise<void> {
    const user = await this.deps.directory.find(pool, uid);
    // Of a user who was deleted: nobody opens a session any more.
    if (user === null) await this.deps.sessions.endAll(pool, uid);
    else if (ends) await this.endAll(pool, user, keep ?? undefined);
    // By then the change was made or never will be; what was kept around it counts from then on.
    if (user !== null && ends) await this.deps.signIns.endBefore(pool, uid, dueAt.getTime());
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

  /** Codes that wait, and with them the failures of those that prove who the user is. @throws UnavailableError */
  async endCodes(pool: Pool, user: PoolUser): Promise<void> {
    const { codes } = this.deps;
    const own = userSubject(user.uid);
    await Promise.all([codes.clear(pool, 'password_reset', [own]), this.endOtherCodes(pool, user, own)]);
  }

  /** The main app's users log in by password alone, and verify contacts later: guessing whose they are goes on counting. */
  private async endOtherCodes(pool: Pool, user: PoolUser, own: string): Promise<void> {
    const { codes } = this.deps;
    if (pool.id === 'main') {
      await Promise.all([codes.void(pool, 'email_verification', own), codes.void(pool, 'phone_verification', own)]);
      return;
    }
    const contacts = Object.values(contactsOf(user)).flatMap((contact) => contact ?? []);
    await codes.clear(pool, 'login', contacts.map(contactSubject));
  }

  /** Whoever makes the change may have been thrown out while this was under way. @throws InvalidSessionError */
  private async assertKept(keep: SessionId | undefined): Promise<void> {
    if (keep !== undefined && (await this.deps.sessions.isRevoked(keep))) throw new InvalidSessionError();
  }

  /** What Identity Platform ends by its age, in the main app, is older than a session that is kept. */
  private async keepPast(keep: SessionId | undefined, at: Date): Promise<void> {
    if (keep !== undefined) await this.deps.sessions.renewSignIn(keep, at);
  }

  /** Every code and session of the user but `keep`. */
  private async endAll(pool: Pool, user: PoolUser, keep?: SessionId): Promise<void> {
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
