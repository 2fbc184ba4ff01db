import { inspect } from 'node:util';
import type { MemoryCredentialStore } from '../../src/adapters/memory/memory-credential-store.js';
import type { MemoryTenants } from '../../src/adapters/memory/memory-identity.js';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { CodeService } from '../../src/codes/code-service.js';
import { type ComposedServices, composeServices } from '../../src/compose-services.js';
import type { Contact } from '../../src/contacts/contact.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { type DeliveryId, deliveryId } from '../../src/delivery/delivery-id.js';
import { UnavailableError } from '../../src/errors/gatehouse-error.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import type { OrgPool, Pool } from '../../src/identity/pool.js';
import { HOUR_MS } from '../../src/lib/clock.js';
import type { DeletionProgress } from '../../src/orgs/org-deletion.js';
import type { OrgId } from '../../src/orgs/org-id.js';
import { orgPool } from '../../src/orgs/org-record.js';
import type { UserId } from '../../src/users/user-id.js';
import { contactsOf, type UserRecord } from '../../src/users/user-record.js';
import { contactSubject, userSubject } from '../../src/users/user-subjects.js';
import { FaultPlan } from './fault-plan.js';
import { BY, checkedRegistration } from './records.js';
import { INDEX_KEY, ManualClock, TEST_DEPLOYMENT, TEST_SECRETS } from './unit-fixtures.js';

const CLIENT = { address: '203.0.113.7', agent: 'Test/1.0' };

export interface WholeOrg {
  readonly pool: OrgPool;
  readonly users: readonly UserRecord[];
  /** What any document about it names: its id, its tenant, its users, the keys of its credentials. */
  readonly names: readonly string[];
}

/** Whole orgs in memory, and their deletion on ports that fail as they are told. */
export class DoomedOrgs {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly faults = new FaultPlan();
  readonly progress: DeletionProgress[] = [];
  readonly registration: ComposedServices['registration'];
  readonly credentials: ComposedServices['credentialAdmin'];
  readonly orgs: ComposedServices['orgs'];
  readonly ledger: ComposedServices['ledger'];
  private readonly apps: ComposedServices['apps'];
  private readonly codes: CodeService;
  private readonly sessions: ComposedServices['sessions'];
  private readonly deletion: ComposedServices['deletion'];
  private readonly identities: { readonly pool: Pool; readonly uid: UserId }[] = [];

  constructor() {
    this.linkIdentities();
    const { clock, ports } = this;
    const services = composeServices(ports, { ...TEST_DEPLOYMENT, clock, hasher: new SecretHasher(4) });
    this.registration = services.registration;
    this.credentials = services.credentialAdmin;
    this.orgs = services.orgs;
    this.ledger = services.ledger;
    this.apps = services.apps;
    this.codes = new CodeService({ ...ports, clock, peppers: TEST_SECRETS.codePeppers, indexKey: INDEX_KEY });
    this.sessions = services.sessions;
    this.deletion = this.newDeletion();
  }

  delete(id: OrgId): Promise<void> {
    return this.deletion.run(id, BY, (progress) => this.progress.push(progress));
  }

  /** An org with users, each with sessions, codes and messages of both kinds; credentials, one of them shown; and apps. */
  async create(userCount = 3): Promise<WholeOrg> {
    const { org, credential } = await this.orgs.create({ name: 'Doomed' }, BY);
    const pool = orgPool(org);
    const users = [];
    for (let n = 0; n < userCount; n += 1) users.push(await this.newUser(pool));
    await this.credentials.issue(org.orgId, BY, { name: 'Second' });
    (this.ports.credentials as MemoryCredentialStore).edit(credential.key, { rotate: true });
    await this.credentials.settle(credential.key, BY);
    for (const name of ['One', 'Two']) await this.apps.create(org.orgId, name, [], BY);
    const keys = (await this.credentials.list(pool.id)).map(({ keyId }) => keyId);
    return { pool, users, names: [pool.id, pool.tenantId, ...users.map(({ uid }) => uid), ...keys] };
  }

  async newUser(pool: OrgPool): Promise<UserRecord> {
    const user = await this.registration.register(pool, checkedRegistration());
    for (let n = 0; n < 2; n += 1) await this.logIn(pool, user);
    const contact = { kind: 'email', value: user.email } as const;
    const request = { pool, uid: user.uid, contact, proves: null, length: 6, lifetimeSeconds: 600 };
    const issue = (purpose: 'login' | 'password_reset', subject: string) =>
      this.codes.issue({ ...request, purpose, subject }, async () => {});
    await Promise.all([issue('login', contactSubject(contact)), issue('password_reset', userSubject(user.uid))]);
    for (const to of Object.values(contactsOf(user))) await this.send(pool.id, to);
    return user;
  }

  /** What is known of a message that a provider has taken. */
  async send(orgId: OrgId, to: Contact): Promise<DeliveryId> {
    const id = deliveryId.generate();
    const handover = { outcome: 'accepted', provider: 'outbox', providerId: '1' } as const;
    await this.ledger.add({ id, orgId, to, purpose: 'login' }, handover);
    return id;
  }

  /**
   * What of these is named anywhere in the stores, the audit log aside. The stores are looked into, since nothing else
   * finds what was forgotten.
   */
  traces(names: readonly string[]): string[] {
    const { audit: _, ...ports } = this.ports;
    const documents = Object.entries(ports).flatMap(([name, port]) =>
      Object.values(port)
        .filter((part) => part instanceof Map || part instanceof Set || Array.isArray(part))
        .flatMap((part) => [...part].map((one) => `${name} ${inspect(one, { depth: 10, breakLength: 1e6 })}`)),
    );
    return documents.filter((document) => names.some((name) => document.includes(name))).sort();
  }

  tenantIds(): string[] {
    return [...(this.ports.tenants as MemoryTenants).tenants.keys()];
  }

  async actions(id: OrgId): Promise<string[]> {
    return (await this.ports.audit.latest(1_000, id)).map(({ action }) => action);
  }

  private async logIn(pool: OrgPool, user: UserRecord): Promise<void> {
    let code = '';
    const contact = { kind: 'email', value: user.email } as const;
    const context = { pool, purpose: 'login', subject: contactSubject(contact), contact } as const;
    await this.codes.issue(
      { ...context, uid: user.uid, proves: null, length: 6, lifetimeSeconds: 600 },
      async (issued) => {
        code = issued.code;
      },
    );
    const matched = await this.codes.check(context, code);
    const opening = { pool, user, code: matched, authMethods: ['pwd', 'otp'], client: CLIENT, lifetimeMs: HOUR_MS };
    await this.sessions.open({ ...opening, attempt: freshAttempt() });
  }

  /** As Identity Platform has it: no identity without its tenant. */
  private linkIdentities(): void {
    const { identities, tenants } = this.ports;
    const ofTenant = (id: string) => this.identities.filter(({ pool }) => pool.tenantId === id);
    const create = identities.create.bind(identities);
    identities.create = async (pool, identity) => {
      if (pool.tenantId !== null && !this.tenantIds().includes(pool.tenantId)) throw new UnavailableError();
      this.identities.push({ pool, uid: identity.uid });
      return create(pool, identity);
    };
    const remove = tenants.delete.bind(tenants);
    tenants.delete = async (id) => {
      await remove(id);
      for (const { pool, uid } of ofTenant(id)) await identities.delete(pool, uid);
    };
  }

  private newDeletion() {
    const wrapped = Object.fromEntries(
      Object.entries(this.ports).map(([name, port]) => [name, this.faults.wrap(name, port)]),
    ) as unknown as typeof this.ports;
    return composeServices(wrapped, { ...TEST_DEPLOYMENT, clock: this.clock }).deletion;
  }
}
