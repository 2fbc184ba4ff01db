import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryAuditStore } from '../../src/adapters/memory/memory-audit-store.js';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { MemoryReservationStore, MemoryUserStore } from '../../src/adapters/memory/memory-user-stores.js';
import type { Actor } from '../../src/audit/audit-record.js';
import type { ChallengeKey } from '../../src/codes/challenge-record.js';
import { composeServices } from '../../src/compose-services.js';
import { HOUR_MS } from '../../src/lib/clock.js';
import { Limiter } from '../../src/limits/limiter.js';
import { type SessionId, sessionId } from '../../src/sessions/session-id.js';
import { PasswordGuard } from '../../src/users/password-guard.js';
import { PoolUsers } from '../../src/users/pool-users.js';
import { reservationKey } from '../../src/users/reservation-key.js';
import { UserAdmin } from '../../src/users/user-admin.js';
import type { UserId } from '../../src/users/user-id.js';
import { contactsOf, type UserDocument, type UserRecord } from '../../src/users/user-record.js';
import { FaultPlan } from './fault-plan.js';
import { newUser } from './records.js';
import { INDEX_KEY, ManualClock, newPool, TEST_DEPLOYMENT } from './unit-fixtures.js';

const PASSWORD = 'a password';
const EDITED_BY: Actor = { kind: 'console', id: 'ada@example.com', from: null, requestId: 'event-1' };

/** Users of one org, on memory ports that fail and dawdle as they are told. */
export class UserOffice {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly audit = new MemoryAuditStore();
  readonly reservations = new MemoryReservationStore();
  readonly users = new MemoryUserStore(this.reservations, this.audit);
  readonly faults = new FaultPlan();
  readonly pool = newPool();
  readonly guard: PasswordGuard;
  readonly admin: UserAdmin;
  /** Turns of the event loop that a call to a store or to Identity Platform takes. */
  turns: () => number = () => 0;

  constructor() {
    const { clock, ports } = this;
    const users = this.dawdling(this.faults.wrap('users', this.users));
    const identities = this.dawdling(this.faults.wrap('identities', ports.identities));
    const sessions = this.dawdling(this.faults.wrap('sessions', ports.sessions));
    const { access } = composeServices({ ...ports, users, identities, sessions }, { ...TEST_DEPLOYMENT, clock });
    const limiter = new Limiter({ limits: ports.limits, clock, indexKey: INDEX_KEY });
    this.guard = new PasswordGuard({ limiter, clock, indexKey: INDEX_KEY });
    const { audit, guard } = this;
    this.admin = new UserAdmin({
      users,
      directory: new PoolUsers({ users, identities }),
      identities,
      sessions,
      audit,
      access,
      guard,
      clock,
      indexKey: INDEX_KEY,
    });
  }

  async enroll(change: Partial<UserRecord> = {}): Promise<UserRecord> {
    const user = newUser(change);
    const { uid, email } = user;
    const claims = await this.reservations.reserve({
      pool: this.pool,
      uid,
      state: 'reserved',
      fingerprint: null,
      keys: this.keysOf(user),
      leaseUntil: null,
    });
    await this.users.create(this.pool, user, claims ?? []);
    await this.ports.identities.create(this.pool, { uid, email, password: PASSWORD });
    return user;
  }

  keysOf(user: UserRecord) {
    return Object.values(contactsOf(user)).map((contact) => reservationKey(INDEX_KEY, this.pool, contact));
  }

  async openSession({ uid }: UserRecord): Promise<SessionId> {
    const [sid, challengeId, ends] = [sessionId.generate(), randomUUID(), new Date(this.clock.now() + HOUR_MS)];
    const key = challengeId as unknown as ChallengeKey;
    const rest = {
      serial: 1,
      sequence: 1,
      proves: null,
      mac: 'm',
      pepperVersion: 1,
      sibling: null,
      expiresAt: ends,
      purgeAt: ends,
    };
    await this.ports.challenges.replace(key, { challengeId, uid, ...rest });
    const begun = { createdAt: new Date(this.clock.now()), expiresAt: ends, revokedAt: null, signedInAt: null };
    const session = { sid, poolId: this.pool.id, uid, ...begun, client: { address: null, agent: null } };
    await this.ports.sessions.open(session, { key, challengeId, uid, proves: null, claimUntil: ends, others: [] });
    return sid;
  }

  async isLive(sid: SessionId): Promise<boolean> {
    return (await this.ports.sessions.find(sid))?.revokedAt === null;
  }

  /** Whether Identity Platform lets the user in. */
  async isEnabled({ email }: UserRecord): Promise<boolean> {
    return (await this.ports.identities.checkPassword(this.pool, email, PASSWORD)).outcome === 'accepted';
  }

  async edit({ uid }: UserRecord, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.users.edit(this.pool, uid, fields);
    await this.settle(uid);
  }

  settle(uid: UserId): Promise<void> {
    return this.admin.settle(this.pool, uid, EDITED_BY);
  }

  async read({ uid }: UserRecord): Promise<UserDocument> {
    const document = await this.users.read(this.pool, uid);
    if (document === null) throw new Error('there is no such user');
    return document;
  }

  /** What was done, oldest first: `user.status_changed active suspended`. */
  done(): string[] {
    return this.audit.records.map(({ action, details }) => [action, ...Object.values(details)].join(' '));
  }

  private dawdling<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          await this.dawdle();
          const answer: unknown = await member.apply(target, args);
          await this.dawdle();
          return answer;
        };
      },
    });
  }

  private async dawdle(): Promise<void> {
    for (let turn = this.turns(); turn > 0; turn -= 1) await nextTurn();
  }
}
