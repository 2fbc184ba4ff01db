import { InvalidCredentialsError, InvalidSessionError, UserInactiveError } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL } from '../identity/pool.js';
import { NOTHING, settleBoth } from '../lib/settle.js';
import { sessionId } from '../sessions/session-id.js';
import { SESSION_LIFETIME_MS } from '../sessions/session-policy.js';
import type { ClientInfo, SessionRecord } from '../sessions/session-record.js';
import type { SessionService } from '../sessions/session-service.js';
import type { SessionStore } from '../sessions/session-store.js';
import type { SessionToken, SessionTokenVerifier } from '../sessions/session-tokens.js';
import { userOfIdentity } from '../users/pool-users.js';
import type { SignIns } from '../users/sign-ins.js';
import type { UserId } from '../users/user-id.js';
import type { PoolUser } from '../users/user-record.js';

interface AccountSessionsDependencies {
  readonly verifier: SessionTokenVerifier;
  readonly store: SessionStore;
  readonly sessions: SessionService;
  readonly identities: IdentityProvider;
  readonly signIns: SignIns;
  readonly indexKey: Buffer;
}

/** Who calls, as its token has shown. */
export interface AccountCaller {
  readonly session: SessionRecord;
  readonly user: PoolUser;
  /** False of a sign-in that was never refreshed here. */
  readonly isWritten: boolean;
}

/** Who asks for a session, and in which try. */
export interface AccountClient {
  readonly client: ClientInfo;
  readonly attempt: Attempt;
}

/** RFC 8176. How somebody signed in with the client SDK is not ours to say. */
const BY_PASSWORD = ['pwd'];
const BY_SIGN_IN: readonly string[] = [];

/**
 * Sessions of the main app: our own, and what its users have signed in with the client SDK. A sign-in counts as a session
 * that is written down only when it is refreshed here. Of both, Identity Platform knows which are too old: passwords are
 * changed with the client SDK and in the console as well.
 */
export class AccountSessions {
  constructor(private readonly deps: AccountSessionsDependencies) {}

  /** One hop: the session and its user are looked up together. @throws InvalidSessionError, UnavailableError */
  async authenticate(token: string): Promise<AccountCaller> {
    const verified = await this.deps.verifier.verify(MAIN_POOL, token);
    const { uid } = verified;
    const signIn = verified.sid === null ? this.signInOf(uid, verified.signedInAt) : null;
    const sid = verified.sid ?? this.sidOf(uid, verified.signedInAt);
    const [found, identity] = await settleBoth(this.deps.store.find(sid), this.deps.identities.find(MAIN_POOL, uid));
    const session = found ?? signIn;
    if (session === null || identity === null || identity.disabled) throw new InvalidSessionError();
    // How long a sign-in lives is the client SDK's to say; what it is refreshed to here ends like any session.
    const isLive =
      signIn === null ? this.deps.sessions.isLive(session, MAIN_POOL, identity.uid) : session.revokedAt === null;
    const isTooOld = session.signedInAt === null || session.signedInAt < identity.signInsValidFrom;
    if (!isLive || isTooOld) throw new InvalidSessionError();
    return { session, user: userOfIdentity(identity), isWritten: found !== null };
  }

  /**
   * `signedInAt`: before the password was looked at. Whatever has replaced it since, while this was under way, is newer, and
   * the session is over before it begins. @throws InvalidCredentialsError, UnavailableError
   */
  open(user: PoolUser, signedInAt: Date, { client, attempt }: AccountClient): Promise<SessionToken> {
    const { sessions } = this.deps;
    return ofActiveUser(async () => {
      const reopened = await sessions.reopen(MAIN_POOL, user, attempt, BY_PASSWORD);
      if (reopened !== null) return reopened;
      const opening = { pool: MAIN_POOL, user, code: null, authMethods: BY_PASSWORD, signedInAt, client, attempt };
      return sessions.open({ ...opening, lifetimeMs: SESSION_LIFETIME_MS });
    }, InvalidCredentialsError);
  }

  /** A new token of the same session. @throws InvalidSessionError, UnavailableError */
  async refresh({ session, user, isWritten }: AccountCaller): Promise<SessionToken> {
    const { sessions, store } = this.deps;
    if (!sessions.isLive(session, MAIN_POOL, user.uid)) throw new InvalidSessionError();
    const authMethods = this.isSignIn(session) ? BY_SIGN_IN : BY_PASSWORD;
    const renewing = ofActiveUser(() => sessions.renew(session, MAIN_POOL, user, authMethods), InvalidSessionError);
    // The new token names a sign-in's session, which is written down by then. Another request may do so as well.
    const [token] = await settleBoth(renewing, isWritten ? NOTHING : store.open(session, null));
    return token;
  }

  /** Of a sign-in with the client SDK, all of the user's end: they can't be revoked one by one. @throws UnavailableError */
  async end({ session, user, isWritten }: AccountCaller): Promise<void> {
    const { sessions, signIns } = this.deps;
    await settleBoth(
      isWritten ? sessions.end(session.sid) : NOTHING,
      this.isSignIn(session) ? signIns.end(MAIN_POOL, user.uid) : NOTHING,
    );
  }

  private signInOf(uid: UserId, signedInAt: Date): SessionRecord {
    return {
      sid: this.sidOf(uid, signedInAt),
      poolId: MAIN_POOL.id,
      uid,
      createdAt: signedInAt,
      expiresAt: new Date(signedInAt.getTime() + SESSION_LIFETIME_MS),
      revokedAt: null,
      client: { address: null, agent: null },
      signedInAt,
    };
  }

  private isSignIn({ sid, uid, createdAt }: SessionRecord): boolean {
    return sid === this.sidOf(uid, createdAt);
  }

  private sidOf(uid: UserId, signedInAt: Date) {
    return sessionId.named(this.deps.indexKey, ['sign-in', uid, String(signedInAt.getTime())]);
  }
}

/** Who was disabled or deleted just now is told the same as by the next request. */
async function ofActiveUser<T>(call: () => Promise<T>, Refusal: new () => Error): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof UserInactiveError ? new Refusal() : error;
  }
}
