import { inspect } from 'node:util';
import type { MemoryCredentialStore } from '../../src/adapters/memory/memory-credential-store.js';
import type { MemoryTenants } from '../../src/adapters/memory/memory-identity.js';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { AppService } from '../../src/apps/app-service.js';
import { CodeService } from '../../src/codes/code-service.js';
import { CredentialAdmin } from '../../src/credentials/credential-admin.js';
import { CredentialIssuer } from '../../src/credentials/credential-issuer.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { UnavailableError } from '../../src/errors/gatehouse-error.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import type { OrgPool, Pool } from '../../src/identity/pool.js';
import { type DeletionProgress, OrgDeletion } from '../../src/orgs/org-deletion.js';
import type { OrgId } from '../../src/orgs/org-id.js';
import { OrgProvisioner } from '../../src/orgs/org-provisioner.js';
import { orgPool } from '../../src/orgs/org-record.js';
import { OrgService } from '../../src/orgs/org-service.js';
import { FieldCipher } from '../../src/pii/field-cipher.js';
import { SessionService } from '../../src/sessions/session-service.js';
import { AccessService } from '../../src/users/access-service.js';
import { RegistrationService } from '../../src/users/registration-service.js';
import type { UserId } from '../../src/users/user-id.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { contactSubject, userSubject } from '../../src/users/user-subjects.js';
import { FaultPlan } from './fault-plan.js';
import { BY, checkedRegistration } from './records.js';
import { INDEX_KEY, ManualClock, testKeyring } from './unit-fixtures.js';

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
  readonly registration: RegistrationService;
  readonly credentials: CredentialAdmin;
  readonly apps: AppService;
  readonly orgs: OrgService;
  private readonly codes: CodeService;
  private readonly sessions: SessionService;
  private readonly deletion: OrgDeletion;
  private readonly identities: { readonly pool: Pool; readonly uid: UserId }[] = [];

  constructor() {
    this.linkIdentities();
    const issuer = new CredentialIssuer({ hasher: new SecretHasher(4), clock: this.clock, indexKey: INDEX_KEY });
    const deps = { ...this.ports, clock: this.clock, indexKey: INDEX_KEY, issuer };
    this.registration = new RegistrationService({ ...deps, cipher: new FieldCipher(testKeyring('data')) });
    this.credentials = new CredentialAdmin(deps);
    this.apps = new AppService(deps);
    this.orgs = new OrgService({ ...deps, provisioner: new OrgProvisioner(deps) });
    this.codes = new CodeService({ ...deps, peppers: testKeyring('peppers') });
    this.sessions = new SessionService(deps);
    this.deletion = this.newDeletion();
  }

  delete(id: OrgId): Promise<void> {
    return this.deletion.run(id, BY, (progress) => this.progress.push(progress));
  }

  /** An org with users, each with sessions and codes of both kinds, with credentials, one of them shown, and apps. */
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
    const request = { pool, uid: user.uid, contact, length: 6, lifetimeSeconds: 600 };
    const issue = (purpose: 'login' | 'password_reset', subject: string) =>
      this.codes.issue({ ...request, purpose, subject }, async () => {});
    await Promise.all([issue('login', contactSubject(contact)), issue('password_reset', userSubject(user.uid))]);
    return user;
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
    await this.codes.issue({ ...context, uid: user.uid, length: 6, lifetimeSeconds: 600 }, async (sent) => {
      code = sent;
    });
    const matched = await this.codes.check(context, code);
    const opening = { pool, user, code: matched, authMethods: ['pwd', 'otp'], client: CLIENT, lifetimeSeconds: 3_600 };
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

  private newDeletion(): OrgDeletion {
    const { clock, faults } = this;
    const wrapped = Object.fromEntries(
      Object.entries(this.ports).map(([name, port]) => [name, faults.wrap(name, port)]),
    ) as unknown as typeof this.ports;
    const deps = { ...wrapped, clock, indexKey: INDEX_KEY };
    const codes = new CodeService({ ...deps, peppers: testKeyring('peppers') });
    const access = new AccessService({ ...deps, codes, sessions: new SessionService(deps) });
    return new OrgDeletion({ ...deps, access });
  }
}
