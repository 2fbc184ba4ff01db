import type { MatchedCode } from '../codes/challenge-record.js';
import { InvalidCodeError, InvalidSessionError } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import { orgIdOf, type Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { settleBoth } from '../lib/settle.js';
import type { DocumentChange } from '../limits/limit-store.js';
import { type OrgRecord, orgPool } from '../orgs/org-record.js';
import type { UserId } from '../users/user-id.js';
import type { PoolUser } from '../users/user-record.js';
import { type SessionId, sessionId } from './session-id.js';
import type { ClientInfo, SessionRecord } from './session-record.js';
import type { SessionStore } from './session-store.js';
import type { CustomTokenSigner, SessionToken, SessionTokenVerifier, TokenExchanger } from './session-tokens.js';

interface SessionServiceDependencies {
  readonly sessions: SessionStore;
  readonly signer: CustomTokenSigner;
  readonly exchanger: TokenExchanger;
  readonly verifier: SessionTokenVerifier;
  readonly clock: Clock;
}

export interface SessionOpening {
  readonly pool: Pool;
  readonly user: PoolUser;
  /** The code that opens it; null where a password alone does. */
  readonly code: MatchedCode | null;
  readonly authMethods: readonly string[];
  readonly client: ClientInfo;
  readonly attempt: Attempt;
  /** How long the session lives, whatever its tokens do. */
  readonly lifetimeMs: number;
  /** When the user showed to be who it is; for the main app alone. */
  readonly signedInAt?: Date;
  /** Counters that change with it. */
  readonly counted?: DocumentChange | null;
}

export interface OpenedSession extends SessionToken {
  /** What the counters came to; empty where nobody knows. */
  readonly counts: readonly number[];
}

/** Opens, checks and ends sessions. */
export class SessionService {
  constructor(private readonly deps: SessionServiceDependencies) {}

  /**
   * The code is consumed and the session written in one commit, while the token is being exchanged. A token whose commit
   * lost is dropped here: without a session document it is worth nothing.
   * @throws InvalidCodeError, UserInactiveError, UnavailableError
   */
  async open(opening: SessionOpening): Promise<OpenedSession> {
    const { pool, user, code, authMethods, client, attempt, lifetimeMs, signedInAt = null, counted = null } = opening;
    const sid = sessionId.of(attempt.seed);
    const customToken = await this.sign(pool, user, sid, authMethods);
    const now = this.deps.clock.now();
    const session: SessionRecord = {
      sid,
      poolId: pool.id,
      uid: user.uid,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetimeMs),
      revokedAt: null,
      client,
      signedInAt,
    };
    const [token, counts] = await settleBoth(
      this.deps.exchanger.exchange(pool, customToken),
      this.deps.sessions.open(session, code, counted),
    );
    if (counts === null && code !== null) throw new InvalidCodeError();
    return { ...within(session, token), counts: counts ?? [] };
  }

  /**
   * A new token for the session that an earlier try of the same request opened, whose answer was lost. null when that try
   * did not get as far, or the session is over. @throws UserInactiveError, UnavailableError
   */
  async reopen(
    pool: Pool,
    user: PoolUser,
    attempt: Attempt,
    authMethods: readonly string[],
  ): Promise<SessionToken | null> {
    if (!attempt.resumed) return null;
    const sid = sessionId.of(attempt.seed);
    const session = await this.deps.sessions.find(sid);
    if (session === null || !this.isLive(session, pool, user.uid)) return null;
    return this.renew(session, pool, user, authMethods);
  }

  /**
   * One read: the session document. It must be of this very pool and user, live, and younger than the org's last
   * suspension.
   * @throws InvalidSessionError, UnavailableError
   */
  async authenticate(org: OrgRecord, token: string): Promise<SessionRecord> {
    const pool = orgPool(org);
    const { sid, uid } = await this.deps.verifier.verify(pool, token);
    const session = sid === null ? null : await this.deps.sessions.find(sid);
    if (session === null || !this.isLive(session, pool, uid)) throw new InvalidSessionError();
    if (session.createdAt.getTime() < org.sessionsValidFrom.getTime()) throw new InvalidSessionError();
    return session;
  }

  /** Whether it is this very user's, and neither over nor ended. */
  isLive({ poolId, uid, revokedAt, expiresAt }: SessionRecord, pool: Pool, owner: UserId): boolean {
    const isOwn = poolId === pool.id && uid === owner;
    return isOwn && revokedAt === null && expiresAt.getTime() > this.deps.clock.now();
  }

  /** A new token of a session. @throws UserInactiveError, UnavailableError */
  async renew(
    session: SessionRecord,
    pool: Pool,
    user: PoolUser,
    authMethods: readonly string[],
  ): Promise<SessionToken> {
    const customToken = await this.sign(pool, user, session.sid, authMethods);
    return within(session, await this.deps.exchanger.exchange(pool, customToken));
  }

  /** Whether it was ended by hand. A sign-in with the client SDK that was never written down was not. */
  async isRevoked(sid: SessionId): Promise<boolean> {
    return ((await this.deps.sessions.find(sid))?.revokedAt ?? null) !== null;
  }

  async end(sid: SessionId): Promise<void> {
    await this.deps.sessions.revoke(sid, this.now());
  }

  /** As if its user had signed in at `at`: what ends older ones leaves it alone. */
  async renewSignIn(sid: SessionId, at: Date): Promise<void> {
    await this.deps.sessions.renewSignIn(sid, at);
  }

  async endAll(pool: Pool, uid: UserId, except?: SessionId): Promise<number> {
    return this.deps.sessions.revokeAll(pool, uid, this.now(), except);
  }

  private sign(pool: Pool, user: PoolUser, sid: SessionId, authMethods: readonly string[]): Promise<string> {
    const claims = { sid, org_id: orgIdOf(pool), role: user.role, auth_methods: authMethods };
    return this.deps.signer.sign(pool, user.uid, claims);
  }

  private now(): Date {
    return new Date(this.deps.clock.now());
  }
}

/** A token is worth something for as long as its session lives, however long it would itself. */
function within(session: SessionRecord, token: SessionToken): SessionToken {
  return { ...token, expiresAt: Math.min(token.expiresAt, session.expiresAt.getTime()) };
}
