import type { AppRecord } from '../../apps/app-record.js';
import type { AppStore } from '../../apps/app-store.js';
import type { KeyId } from '../../credentials/credential-id.js';
import type { CredentialRecord, CredentialStatus } from '../../credentials/credential-record.js';
import type { CredentialStore } from '../../credentials/credential-store.js';
import { AlreadyExistsError, NotFoundError } from '../../errors/gatehouse-error.js';
import type { CountChange, CountResult, LimitKey, LimitStore } from '../../limits/limit-store.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { OrgRecord, OrgStatus } from '../../orgs/org-record.js';
import type { OrgStore } from '../../orgs/org-store.js';

export class MemoryOrgStore implements OrgStore {
  private readonly orgs = new Map<OrgId, OrgRecord>();

  async find(orgId: OrgId): Promise<OrgRecord | null> {
    return this.orgs.get(orgId) ?? null;
  }

  async create(org: OrgRecord): Promise<void> {
    if (this.orgs.has(org.orgId)) throw new AlreadyExistsError('There is an org of this id already.');
    this.orgs.set(org.orgId, org);
  }

  async setStatus(orgId: OrgId, status: OrgStatus, sessionsValidFrom?: Date): Promise<void> {
    const org = this.orgs.get(orgId);
    if (org === undefined) throw new NotFoundError('There is no org of this id.');
    this.orgs.set(orgId, { ...org, status, sessionsValidFrom: sessionsValidFrom ?? org.sessionsValidFrom });
  }
}

export class MemoryCredentialStore implements CredentialStore {
  private readonly credentials = new Map<KeyId, CredentialRecord>();

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    return this.credentials.get(keyId) ?? null;
  }

  async create(credential: CredentialRecord): Promise<void> {
    this.credentials.set(credential.keyId, credential);
  }

  async setStatus(keyId: KeyId, status: CredentialStatus): Promise<void> {
    const credential = this.credentials.get(keyId);
    if (credential === undefined) throw new NotFoundError('There is no credential of this key.');
    this.credentials.set(keyId, { ...credential, status });
  }
}

export class MemoryAppStore implements AppStore {
  readonly apps: AppRecord[] = [];

  async create(app: AppRecord): Promise<void> {
    this.apps.push(app);
  }
}

export class MemoryLimitStore implements LimitStore {
  private readonly counts = new Map<string, number>();
  private readonly versions = new Map<LimitKey, number>();

  async change(key: LimitKey, changes: readonly CountChange[]): Promise<CountResult> {
    const counts = changes.map((change) => {
      const place = `${key}/${change.field}`;
      const before = this.counts.get(place) ?? 0;
      const after = 'add' in change ? before + change.add : Math.max(before, change.atLeast);
      this.counts.set(place, after);
      return after;
    });
    return { counts, version: this.nextVersion(key) };
  }

  async forget(key: LimitKey, fields: readonly string[], version?: string): Promise<boolean> {
    const current = this.versions.get(key);
    if (current === undefined || (version !== undefined && version !== String(current))) return false;
    const gone = fields.map((field) => `${key}/${field}`);
    for (const place of [...this.counts.keys()])
      if (gone.some((one) => place === one || place.startsWith(`${one}.`))) this.counts.delete(place);
    this.nextVersion(key);
    return true;
  }

  private nextVersion(key: LimitKey): string {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    return String(version);
  }
}
