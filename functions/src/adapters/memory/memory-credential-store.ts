import type { AuditRecord } from '../../audit/audit-record.js';
import type { KeyId } from '../../credentials/credential-id.js';
import {
  type CredentialDocument,
  type CredentialRecord,
  credentialOf,
  type NewCredential,
  type ShownSecret,
} from '../../credentials/credential-record.js';
import type { CredentialChange, CredentialChangeWith, CredentialStore } from '../../credentials/credential-store.js';
import type { OrgId } from '../../orgs/org-id.js';
import { MemoryAuditStore } from './memory-audit-store.js';
import { duePageOf, pageOf } from './memory-page.js';

export class MemoryCredentialStore implements CredentialStore {
  /** What the console shows. */
  readonly shown = new Map<KeyId, ShownSecret>();
  protected readonly documents = new Map<KeyId, CredentialDocument>();
  private writes = 0;

  constructor(private readonly audit = new MemoryAuditStore()) {}

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    const document = this.documents.get(keyId);
    return document === undefined ? null : credentialOf(document);
  }

  async read(keyId: KeyId): Promise<CredentialDocument | null> {
    return this.documents.get(keyId) ?? null;
  }

  async listOf(orgId: OrgId, limit: number, after?: KeyId): Promise<readonly CredentialRecord[]> {
    const ofOrg = this.all().filter((one) => one.orgId === orgId);
    return pageOf(ofOrg, ({ keyId }) => keyId, limit, after);
  }

  async keysOf(orgId: OrgId, limit: number): Promise<readonly KeyId[]> {
    return (await this.listOf(orgId, limit)).map(({ keyId }) => keyId);
  }

  async findShown(time: Date, limit: number, after?: CredentialRecord): Promise<readonly CredentialRecord[]> {
    return duePageOf(this.all(), ({ secretShownUntil: at, keyId: id }) => ({ at, id }), time, limit, after);
  }

  async create(issued: NewCredential, audit: readonly AuditRecord[] = []): Promise<void> {
    this.add(issued);
    this.audit.add(audit);
  }

  async change(
    { keyId, version }: Pick<CredentialRecord, 'keyId' | 'version'>,
    { written = {}, ...change }: CredentialChange,
    { audit, issued, hideSecret = false }: CredentialChangeWith = {},
  ): Promise<string | null> {
    const document = this.documents.get(keyId);
    if (document?.version !== version) return null;
    const hidden = hideSecret ? { secretShownUntil: null } : {};
    if (hideSecret) this.shown.delete(keyId);
    if (issued !== undefined) this.add(issued);
    this.audit.add(audit);
    const changed = { ...document, ...change, ...hidden, written: { ...document.written, ...written } };
    return this.put(changed);
  }

  async remove({ keyId }: Pick<CredentialRecord, 'keyId'>): Promise<void> {
    this.documents.delete(keyId);
    this.shown.delete(keyId);
  }

  /** As somebody who edits the document in the console. */
  edit(keyId: KeyId, { rotate, ...written }: Readonly<Record<string, unknown>>): void {
    const document = this.documents.get(keyId);
    if (document === undefined) throw new Error('there is no such document');
    this.put({
      ...document,
      rotate: rotate ?? document.rotate,
      written: { ...document.written, ...written },
    });
  }

  /** Part of the change that issues it. */
  add({ credential, shown }: NewCredential): void {
    const { name, status, scopes, expiresAt, allowedAddresses, ...facts } = credential;
    const inForce = { name, status, scopes, expiresAt, allowedAddresses };
    this.put({ ...facts, inForce, written: inForce, problems: {}, rotate: false, version: '' });
    if (shown !== null) this.shown.set(credential.keyId, shown);
  }

  private put(document: CredentialDocument): string {
    this.writes += 1;
    const version = String(this.writes);
    this.documents.set(document.keyId, { ...document, version });
    return version;
  }

  private all(): CredentialRecord[] {
    return [...this.documents.values()].map(credentialOf);
  }
}
