import { type Actor, type AuditRecord, type AuditTarget, auditRecord } from '../audit/audit-record.js';
import type { AuditStore } from '../audit/audit-store.js';
import { NotFoundError } from '../errors/gatehouse-error.js';
import type { OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import type { OrgId } from '../orgs/org-id.js';
import type { AccessService } from '../users/access-service.js';
import type { UserId } from '../users/user-id.js';
import type { UserStore } from '../users/user-store.js';
import type { SessionId } from './session-id.js';
import type { SessionRecord } from './session-record.js';
import type { SessionStore } from './session-store.js';

interface SessionAdminDependencies {
  readonly sessions: SessionStore;
  readonly users: UserStore;
  readonly access: AccessService;
  readonly audit: AuditStore;
  readonly clock: Clock;
}

/** A session of an org's user. */
export type OrgSession = SessionRecord & { readonly poolId: OrgId };

/** What admins do to sessions. */
export class SessionAdmin {
  constructor(private readonly deps: SessionAdminDependencies) {}

  /** @throws NotFoundError, UnavailableError */
  async get(sid: SessionId): Promise<OrgSession> {
    const session = await this.deps.sessions.find(sid);
    if (session === null || !isOfOrg(session)) throw new NotFoundError('There is no session of this id.');
    return session;
  }

  /** Ends one session at once. Of one that is over nothing is left to end. @throws NotFoundError, UnavailableError */
  async revoke(sid: SessionId, by: Actor): Promise<void> {
    const { poolId, revokedAt, expiresAt } = await this.get(sid);
    const now = this.deps.clock.now();
    if (revokedAt !== null || expiresAt.getTime() <= now) return;
    await this.deps.sessions.revoke(sid, new Date(now), [this.audit(poolId, { kind: 'session', id: sid }, by)]);
  }

  /** Ends all that a user has begun: sessions, and logins that wait for their code. @throws NotFoundError, UnavailableError */
  async revokeAll(pool: OrgPool, uid: UserId, by: Actor): Promise<void> {
    const user = await this.deps.users.find(pool, uid);
    if (user === null) throw new NotFoundError('There is no user of this id.');
    const record = this.audit(pool.id, { kind: 'user', id: uid }, by);
    await this.deps.access.endAllAround(pool, user, () => this.deps.audit.append(record));
  }

  private audit(orgId: OrgId, target: AuditTarget, actor: Actor): AuditRecord {
    return auditRecord({ orgId, at: new Date(this.deps.clock.now()), action: 'session.revoked', target, actor });
  }
}

function isOfOrg(session: SessionRecord): session is OrgSession {
  return session.poolId !== 'main';
}
