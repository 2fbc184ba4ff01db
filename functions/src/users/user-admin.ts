import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  type AuditAction,
  type AuditDetails,
  type AuditRecord,
  auditRecord,
} from '../audit/audit-record.js';
import type { AuditStore } from '../audit/audit-store.js';
import { assertNoProblems } from '../edits/problems.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { NotFoundError } from '../errors/gatehouse-error.js';
import { unlessGone } from '../errors/unless-gone.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { type OrgPool, orgIdOf, type Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { NOTHING, settleBoth } from '../lib/settle.js';
import type { SessionStore } from '../sessions/session-store.js';
import type { AccessService } from './access-service.js';
import type { PasswordGuard } from './password-guard.js';
import { reservationKey } from './reservation-key.js';
import type { UserDirectory } from './user-directory.js';
import type { UserId } from './user-id.js';
import { contactsOf, type UserDocument, type UserRecord, type UserTerms, userOf } from './user-record.js';
import { reviewUser } from './user-rules.js';
import type { UserChange, UserStore } from './user-store.js';

interface UserAdminDependencies {
  readonly users: UserStore;
  readonly directory: UserDirectory;
  readonly identities: IdentityProvider;
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  readonly access: AccessService;
  readonly guard: PasswordGuard;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

const ACTIONS: Record<keyof UserTerms, AuditAction> = {
  kyc_status: 'user.kyc_changed',
  status: 'user.status_changed',
  role: 'user.role_changed',
};

/** What admins do to a user, by command or by editing the profile. */
export class UserAdmin {
  constructor(private readonly deps: UserAdminDependencies) {}

  /**
   * Who is not `active` has no login and no session any more, at once; resumed, old sessions stay dead.
   * @throws NotFoundError, InvalidRequestError when a value can't be, UnavailableError
   */
  async change(pool: OrgPool, uid: UserId, wish: Partial<UserTerms>, by: Actor): Promise<void> {
    await this.settling(pool, uid, wish, by);
  }

  /**
   * Does what an edited profile asks for, once, however often and in whichever order its edits are told.
   * @throws UnavailableError, RequestInProgressError
   */
  async settle(pool: OrgPool, uid: UserId, by: Actor): Promise<void> {
    await this.settling(pool, uid, {}, by).catch(unlessGone);
  }

  /**
   * Lets a user try again whom failures keep out: wrong passwords and wrong codes. One of the main app, too.
   * @throws NotFoundError, UnavailableError
   */
  async unlock(pool: Pool, uid: UserId, by: Actor): Promise<void> {
    const { access, directory, guard } = this.deps;
    const user = await directory.find(pool, uid);
    if (user === null) throw noSuchUser();
    await settleBoth(user.email === null ? NOTHING : guard.unlock(pool, user.email), access.endCodes(pool, user));
    await this.deps.audit.append(this.audit(pool, uid, by, 'user.unlocked'));
  }

  /** @throws NotFoundError, UnavailableError */
  async get(pool: OrgPool, uid: UserId): Promise<UserRecord> {
    const user = await this.deps.users.find(pool, uid);
    if (user === null) throw noSuchUser();
    return user;
  }

  list(pool: OrgPool, limit: number, after?: UserId): Promise<readonly UserRecord[]> {
    return this.deps.users.list(pool, limit, after);
  }

  /** Removes the user; stopped half-way, deleting again goes on. Its contacts are free only when all else is gone. */
  async delete(pool: OrgPool, uid: UserId, by: Actor): Promise<void> {
    const user = await this.get(pool, uid);
    await this.deps.access.endAllAround(pool, user, () => this.deps.identities.delete(pool, uid));
    await this.deps.sessions.removeAll(pool, uid);
    const { email, phone } = contactsOf(user);
    const reservations = [email, phone].map((contact) => reservationKey(this.deps.indexKey, pool, contact));
    await this.deps.users.delete(pool, uid, reservations, [this.audit(pool, uid, by, 'user.deleted')]);
  }

  /**
   * Writes what is to hold, then makes sessions and Identity Platform follow. Whoever has made them follow, and then finds
   * that the profile has changed to another state meanwhile, does it again by what it says now: of several at once, the
   * last one to act acts by the newest.
   */
  private async settling(pool: OrgPool, uid: UserId, wish: Partial<UserTerms>, by: Actor): Promise<void> {
    let asked = wish;
    let enforced: boolean | undefined;
    await untilWritten(async () => {
      const read = await this.deps.users.read(pool, uid);
      if (read === null) throw noSuchUser();
      const document = await this.decide(pool, read, asked, by);
      if (document === null) return OVERTAKEN;
      // It is written: what differs from it from now on is newer.
      asked = {};
      const user = userOf(document);
      const isActive = user.status === 'active';
      if (document.isEnforced && (enforced ?? isActive) === isActive) return undefined;
      await this.enforce(pool, user);
      enforced = isActive;
      const version = await this.deps.users.change(pool, document, { isEnforced: true });
      return version === null ? OVERTAKEN : undefined;
    });
  }

  /** The document with what is to hold; null when somebody else has changed it meanwhile. */
  private async decide(
    pool: OrgPool,
    document: UserDocument,
    wish: Partial<UserTerms>,
    by: Actor,
  ): Promise<UserDocument | null> {
    const { inForce, problems, changed } = reviewUser({ ...document.written, ...wish }, document.inForce);
    assertNoProblems(Object.fromEntries(Object.entries(problems).filter(([field]) => field in wish)));
    const reported = { ...keptProblems(document, changed), ...problems };
    const isWritten = isDeepStrictEqual(inForce, document.written) && isDeepStrictEqual(reported, document.problems);
    if (isWritten && changed.length === 0) return document;
    const isEnforced = changed.includes('status') ? false : document.isEnforced;
    // What can't be is put back, and the problem stays until the field is changed to something that can.
    const change: UserChange = {
      written: inForce,
      inForce,
      problems: reported,
      isEnforced,
      updatedAt: new Date(this.deps.clock.now()),
    };
    const audit = changed.map((field) => {
      const details = { from: document.inForce[field], to: inForce[field] };
      return this.audit(pool, document.profile.uid, by, ACTIONS[field], details);
    });
    const version = await this.deps.users.change(pool, document, change, audit);
    return version === null
      ? null
      : { ...document, written: inForce, inForce, problems: reported, isEnforced, version };
  }

  private async enforce(pool: OrgPool, user: UserRecord): Promise<void> {
    const isActive = user.status === 'active';
    const follow = () => this.deps.identities.setDisabled(pool, user.uid, !isActive).catch(unlessGone);
    if (isActive) await follow();
    else await this.deps.access.endAllAround(pool, user, follow);
  }

  private audit(pool: Pool, uid: UserId, actor: Actor, action: AuditAction, details: AuditDetails = {}): AuditRecord {
    const at = new Date(this.deps.clock.now());
    return auditRecord({ orgId: orgIdOf(pool), at, action, target: { kind: 'user', id: uid }, actor, details });
  }
}

function noSuchUser(): NotFoundError {
  return new NotFoundError('There is no user of this id.');
}

/** Those of fields that were put back and that nobody has changed since. */
function keptProblems(document: UserDocument, changed: readonly string[]) {
  const { problems, written, inForce } = document;
  const isKept = (field: string) =>
    !changed.includes(field) && written[field as keyof UserTerms] === inForce[field as keyof UserTerms];
  return Object.fromEntries(Object.entries(problems).filter(([field]) => isKept(field)));
}
