import { randomUUID } from 'node:crypto';
import { composeServices } from '../../src/compose-services.js';
import { CredentialIssuer } from '../../src/credentials/credential-issuer.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { jsonLogger } from '../../src/lib/logger.js';
import { SweepService } from '../../src/maintenance/sweep-service.js';
import { OrgProvisioner } from '../../src/orgs/org-provisioner.js';
import { type SessionId, sessionId } from '../../src/sessions/session-id.js';
import type { AccessService } from '../../src/users/access-service.js';
import { RegistrationClaims } from '../../src/users/registration-claims.js';
import { REGISTRATION_LEASE_MS } from '../../src/users/registration-policy.js';
import { type UserId, userId } from '../../src/users/user-id.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { FaultPlan } from './fault-plan.js';
import { checkedRegistration } from './records.js';
import { Registry } from './registry.js';
import { INDEX_KEY, TEST_DEPLOYMENT } from './unit-fixtures.js';

const CLIENT = { address: null, agent: null };

/** The sweep on memory ports that fail as they are told, with a clock that stands still but while the sweep waits. */
export class Sweeper {
  readonly registry = new Registry();
  readonly clock = this.registry.clock;
  readonly ports = this.registry.ports;
  readonly faults = new FaultPlan();
  readonly logs: string[] = [];
  /** When identities were deleted. */
  readonly deletedAt: number[] = [];
  readonly access: AccessService;
  readonly issuer = new CredentialIssuer({ hasher: new SecretHasher(4), clock: this.clock, indexKey: INDEX_KEY });
  readonly provisioner = new OrgProvisioner({ ...this.ports, issuer: this.issuer, clock: this.clock });

  constructor() {
    const { identities } = this.ports;
    const remove = identities.delete.bind(identities);
    identities.delete = (...of) => {
      this.deletedAt.push(this.clock.now());
      return remove(...of);
    };
    this.access = composeServices(this.ports, { ...TEST_DEPLOYMENT, clock: this.clock }).access;
  }

  /** Another one is another instance. */
  newSweep(): SweepService {
    const reservations = this.faults.wrap('reservations', this.ports.reservations);
    const identities = this.faults.wrap('identities', this.ports.identities);
    return new SweepService({
      reservations,
      registrations: new RegistrationClaims({ reservations, identities, clock: this.clock }),
      revocations: this.faults.wrap('revocations', this.ports.revocations),
      access: this.access,
      orgs: this.ports.orgs,
      provisioner: this.provisioner,
      credentials: this.ports.credentials,
      clock: this.clock,
      logger: jsonLogger((line) => this.logs.push(line)),
    });
  }

  /** Registrations that died with an identity and without a profile, and whose lease is over. */
  async abandon(count: number): Promise<UserId[]> {
    const uids = [];
    for (let made = 0; made < count; made += 1) {
      const uid = userId.generate();
      const keys = [randomUUID(), randomUUID()] as unknown as Parameters<typeof this.ports.reservations.find>[0];
      const leaseUntil = new Date(this.clock.now() + REGISTRATION_LEASE_MS);
      const { pool } = this.registry;
      await this.ports.reservations.reserve({ pool, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil });
      await this.ports.identities.create(pool, { uid, email: `${uid}@example.com`, password: 'x' });
      uids.push(uid);
    }
    this.clock.advance(REGISTRATION_LEASE_MS);
    return uids;
  }

  async identitiesOf(uids: readonly UserId[]): Promise<number> {
    const found = await Promise.all(uids.map((uid) => this.ports.identities.find(this.registry.pool, uid)));
    return found.filter((one) => one !== null).length;
  }

  newUser(): Promise<UserRecord> {
    return this.registry.register(checkedRegistration());
  }

  async openSession({ uid }: UserRecord): Promise<SessionId> {
    const [sid, challengeId, now] = [sessionId.generate(), randomUUID(), this.clock.now()];
    const key = challengeId as unknown as Parameters<typeof this.ports.challenges.find>[0];
    const [purgeAt, expiresAt] = [new Date(now + 3_600_000), new Date(now + 3_600_000)];
    const code = {
      challengeId,
      serial: 1,
      sequence: 1,
      proves: null,
      uid,
      mac: 'm',
      pepperVersion: 1,
      sibling: null,
      expiresAt,
      purgeAt,
    };
    await this.ports.challenges.replace(key, code);
    const session = {
      sid,
      poolId: this.registry.pool.id,
      uid,
      createdAt: new Date(now),
      expiresAt,
      revokedAt: null,
      signedInAt: null,
    };
    const matched = { key, challengeId, uid, proves: null, claimUntil: purgeAt, others: [] };
    await this.ports.sessions.open({ ...session, client: CLIENT }, matched);
    return sid;
  }

  async isLive(sid: SessionId): Promise<boolean> {
    return (await this.ports.sessions.find(sid))?.revokedAt === null;
  }
}
