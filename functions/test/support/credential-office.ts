import { MemoryAuditStore } from '../../src/adapters/memory/memory-audit-store.js';
import { MemoryCredentialStore } from '../../src/adapters/memory/memory-credential-store.js';
import { MemoryTenants } from '../../src/adapters/memory/memory-identity.js';
import { MemoryOrgStore } from '../../src/adapters/memory/memory-org-store.js';
import type { AuditRecord } from '../../src/audit/audit-record.js';
import { CredentialAdmin, DEFAULT_SCOPES, type NewTerms } from '../../src/credentials/credential-admin.js';
import type { CredentialEnvironment, KeyId } from '../../src/credentials/credential-id.js';
import { CredentialIssuer, type IssuedCredential } from '../../src/credentials/credential-issuer.js';
import type { CredentialDocument, CredentialRecord, NewCredential } from '../../src/credentials/credential-record.js';
import { CredentialService } from '../../src/credentials/credential-service.js';
import type { CredentialChange, CredentialChangeWith } from '../../src/credentials/credential-store.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { OrgProvisioner } from '../../src/orgs/org-provisioner.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';
import { OrgService } from '../../src/orgs/org-service.js';
import { BY, newOrg, storeOrg } from './records.js';
import { INDEX_KEY, ManualClock } from './unit-fixtures.js';

class SpyCredentials extends MemoryCredentialStore {
  reads = 0;
  fault: Error | undefined;
  /** Of changes alone. */
  changeFault: Error | undefined;
  readonly created: NewCredential['credential'][] = [];
  /** What the service has written about uses. */
  readonly notes: CredentialChange[] = [];

  override async find(keyId: KeyId): Promise<CredentialRecord | null> {
    this.reads += 1;
    if (this.fault !== undefined) throw this.fault;
    return super.find(keyId);
  }

  override async create(issued: NewCredential, audit?: readonly AuditRecord[]): Promise<void> {
    this.created.push(issued.credential);
    await super.create(issued, audit);
  }

  override async change(
    read: Pick<CredentialRecord, 'keyId' | 'version'>,
    change: CredentialChange,
    also?: CredentialChangeWith,
  ): Promise<string | null> {
    if (this.changeFault !== undefined) throw this.changeFault;
    const version = await super.change(read, change, also);
    if (version !== null && change.lastUsedAt !== undefined) this.notes.push(change);
    return version;
  }

  /** Facts and terms alike, as no edit in the console can. */
  spoil(keyId: KeyId, change: Partial<CredentialRecord>): void {
    const document = this.documents.get(keyId);
    if (document === undefined) throw new Error('it was not issued here');
    const terms = pickTerms(document, change);
    const facts = Object.fromEntries(Object.entries(change).filter(([field]) => !(field in terms)));
    const version = `${document.version} spoilt`;
    this.documents.set(keyId, { ...document, ...facts, written: terms, inForce: terms, version });
  }
}

function pickTerms({ inForce }: CredentialDocument, change: Partial<CredentialRecord>) {
  const { name, status, scopes, expiresAt, allowedAddresses } = { ...inForce, ...change };
  return { name, status, scopes, expiresAt, allowedAddresses };
}

class SpyOrgs extends MemoryOrgStore {
  reads = 0;

  override async find(id: OrgId): Promise<OrgRecord | null> {
    this.reads += 1;
    return super.find(id);
  }
}

/** Credentials in memory, and how often the stores and bcrypt were asked. */
export class CredentialOffice {
  readonly clock = new ManualClock();
  readonly audit = new MemoryAuditStore();
  readonly credentials = new SpyCredentials(this.audit);
  readonly orgs = new SpyOrgs(this.audit, this.credentials);
  readonly hasher = new SecretHasher(4);
  readonly indexKey = INDEX_KEY;
  /** Nobody is kept waiting. */
  readonly pause = async () => {};
  readonly service = this.instance();
  readonly orgId = orgId.generate();
  private readonly issuer = new CredentialIssuer(this);
  readonly admin = new CredentialAdmin({ ...this.stores(), issuer: this.issuer });
  readonly orgService = new OrgService({
    ...this.stores(),
    provisioner: new OrgProvisioner({ ...this.stores(), tenants: new MemoryTenants(), issuer: this.issuer }),
  });

  /** Another process: the same stores, its own memory. */
  instance(): CredentialService {
    return new CredentialService(this);
  }

  /** An org, and its first credential. */
  async issue(org: Partial<OrgRecord> = {}, terms: NewTerms = {}): Promise<IssuedCredential> {
    await storeOrg(this.orgs, newOrg({ orgId: this.orgId, ...org }));
    return this.issueFor(this.orgId, terms);
  }

  /** Whether or not there is such an org. */
  async issueFor(
    id: OrgId,
    terms: NewTerms = {},
    { environment = 'live', shown = false }: { environment?: CredentialEnvironment; shown?: boolean } = {},
  ): Promise<IssuedCredential> {
    const all = { name: '', scopes: DEFAULT_SCOPES, expiresAt: null, allowedAddresses: null, ...terms };
    const { record, audit, issued } = await this.issuer.draft({ orgId: id, environment, terms: all, by: BY, shown });
    await this.credentials.create(record, [audit]);
    return issued;
  }

  /** As it was never issued, and no trigger needed. */
  async change(key: KeyId, change: Partial<CredentialRecord>): Promise<void> {
    this.credentials.spoil(key, change);
  }

  cost() {
    return { reads: this.credentials.reads + this.orgs.reads, bcrypt: this.hasher.comparisons };
  }

  private stores() {
    const { credentials, orgs, clock } = this;
    return { credentials, orgs, clock };
  }
}
