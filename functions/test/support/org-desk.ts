import { expect } from 'chai';
import { MemoryAuditStore } from '../../src/adapters/memory/memory-audit-store.js';
import { MemoryCredentialStore } from '../../src/adapters/memory/memory-credential-store.js';
import { MemoryTenants } from '../../src/adapters/memory/memory-identity.js';
import { MemoryOrgStore } from '../../src/adapters/memory/memory-org-store.js';
import type { Actor } from '../../src/audit/audit-record.js';
import { CredentialIssuer } from '../../src/credentials/credential-issuer.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { OrgProvisioner } from '../../src/orgs/org-provisioner.js';
import type { OrgDocument } from '../../src/orgs/org-record.js';
import { OrgService } from '../../src/orgs/org-service.js';
import { FaultPlan } from './fault-plan.js';
import { BY } from './records.js';
import { INDEX_KEY, ManualClock } from './unit-fixtures.js';

export const EDITED_BY: Actor = { kind: 'console', id: 'ada@example.com', from: null, requestId: 'event-1' };

/** Orgs in memory, with ports that fail as they are told. */
export class OrgDesk {
  readonly clock = new ManualClock();
  readonly audit = new MemoryAuditStore();
  readonly credentials = new MemoryCredentialStore(this.audit);
  readonly orgs = new MemoryOrgStore(this.audit, this.credentials);
  readonly tenants = new MemoryTenants();
  readonly faults = new FaultPlan();
  readonly provisioner: OrgProvisioner;
  readonly service: OrgService;

  constructor() {
    const { clock } = this;
    const issuer = new CredentialIssuer({ hasher: new SecretHasher(4), clock, indexKey: INDEX_KEY });
    const orgs = this.faults.wrap('orgs', this.orgs);
    const tenants = this.faults.wrap('tenants', this.tenants);
    this.provisioner = new OrgProvisioner({ orgs, tenants, issuer, clock });
    this.service = new OrgService({ orgs, provisioner: this.provisioner, clock });
  }

  /** A document as somebody adds it in the console; nobody has looked at it yet. */
  add(fields: Readonly<Record<string, unknown>> = { name: 'Acme' }, id = orgId.generate()): OrgId {
    this.orgs.edit(id, fields);
    return id;
  }

  /** An org that works, and the records of how it came to be forgotten. */
  async provisioned(fields: Readonly<Record<string, unknown>> = { name: 'Acme' }): Promise<OrgId> {
    const id = this.add(fields);
    await this.settle(id);
    this.audit.records.length = 0;
    return id;
  }

  settle(id: OrgId): Promise<void> {
    return this.service.settle(id, EDITED_BY);
  }

  async edit(id: OrgId, fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.orgs.edit(id, fields);
    await this.settle(id);
  }

  async create(name = 'Acme'): Promise<OrgId> {
    return (await this.service.create({ name }, BY)).org.orgId;
  }

  async read(id: OrgId): Promise<OrgDocument> {
    const document = await this.orgs.read(id);
    if (document === null) throw new Error('there is no such org');
    return document;
  }

  /** What was done, oldest first. */
  actions(): string[] {
    return this.audit.records.map(({ action }) => action);
  }

  async keysOf(id: OrgId): Promise<string[]> {
    return (await this.credentials.listOf(id, 100)).map(({ keyId }) => keyId);
  }

  /** One tenant, one credential, one record of each, and an org that is served. */
  async expectWhole(id: OrgId, name = 'Acme'): Promise<void> {
    const org = await this.orgs.find(id);
    expect(org).to.include({ name, status: 'active', environment: 'live' });
    expect([...this.tenants.tenants]).to.deep.equal([[org?.tenantId, id]]);
    expect(await this.keysOf(id)).to.have.length(1);
    expect(this.actions().sort()).to.deep.equal(['credential.issued', 'org.created', 'org.provisioned']);
    const { provisioning, provisioningMessage, provisioningRetryAt, problems } = await this.read(id);
    expect({ provisioning, provisioningMessage, provisioningRetryAt, problems }).to.deep.equal({
      provisioning: 'done',
      provisioningMessage: null,
      provisioningRetryAt: null,
      problems: {},
    });
  }
}
