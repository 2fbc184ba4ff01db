import { MemoryCredentialStore, MemoryOrgStore } from '../../src/adapters/memory/memory-stores.js';
import type { KeyId } from '../../src/credentials/credential-id.js';
import type { CredentialRecord } from '../../src/credentials/credential-record.js';
import { CredentialService, type IssuedCredential } from '../../src/credentials/credential-service.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS, type OrgRecord, type OrgStatus } from '../../src/orgs/org-record.js';
import { INDEX_KEY, ManualClock } from './unit-fixtures.js';

class SpyCredentials extends MemoryCredentialStore {
  reads = 0;
  fault: Error | undefined;
  readonly created: CredentialRecord[] = [];

  override async find(keyId: KeyId): Promise<CredentialRecord | null> {
    this.reads += 1;
    if (this.fault !== undefined) throw this.fault;
    return super.find(keyId);
  }

  override async create(credential: CredentialRecord): Promise<void> {
    this.created.push(credential);
    await super.create(credential);
  }
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
  readonly credentials = new SpyCredentials();
  readonly orgs = new SpyOrgs();
  readonly hasher = new SecretHasher(4);
  readonly indexKey = INDEX_KEY;
  /** Nobody is kept waiting. */
  readonly pause = async () => {};
  readonly service = this.instance();
  readonly orgId = orgId.generate();

  /** Another process: the same stores, its own memory. */
  instance(): CredentialService {
    return new CredentialService(this);
  }

  async issue(status: OrgStatus = 'active'): Promise<IssuedCredential> {
    await this.orgs.create({
      orgId: this.orgId,
      name: 'Acme',
      status,
      tenantId: 'tenant-1',
      settings: DEFAULT_ORG_SETTINGS,
      createdAt: new Date(this.clock.now()),
      sessionsValidFrom: new Date(0),
    });
    return this.service.issue(this.orgId);
  }

  /** As somebody who edits the document. */
  async change(key: KeyId, change: Partial<CredentialRecord>): Promise<void> {
    const stored = this.credentials.created.find(({ keyId }) => keyId === key);
    if (stored === undefined) throw new Error('it was not issued here');
    await this.credentials.create({ ...stored, ...change });
  }

  cost() {
    return { reads: this.credentials.reads + this.orgs.reads, bcrypt: this.hasher.comparisons };
  }
}
