import type { AuditRecord } from '../../audit/audit-record.js';
import type { KeyId } from '../../credentials/credential-id.js';
import {
  type CredentialDocument,
  type CredentialRecord,
  credentialOf,
  type NewCredential,
} from '../../credentials/credential-record.js';
import type { CredentialChange, CredentialChangeWith, CredentialStore } from '../../credentials/credential-store.js';
import type { OrgId } from '../../orgs/org-id.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { create, type Write } from './writes.js';

type Place = Pick<CredentialRecord, 'keyId' | 'orgId'>;

export class FirestoreCredentialStore implements CredentialStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    const document = await this.access.get('credentials.find', pathOf(keyId));
    const [credential] = records(document === null ? [] : [document]);
    return credential ?? null;
  }

  async read(keyId: KeyId): Promise<CredentialDocument | null> {
    const document = await this.access.get('credentials.read', pathOf(keyId));
    return document === null ? null : fromDocument(document);
  }

  async listOf(orgId: OrgId, limit: number, after?: KeyId): Promise<readonly CredentialRecord[]> {
    const query = { collection: 'credentials', where: { orgId }, page: { after }, limit };
    return records(await this.access.query('credentials.listOf', query));
  }

  async findShown(time: Date, limit: number, after?: CredentialRecord): Promise<readonly CredentialRecord[]> {
    const page = after?.secretShownUntil ? { time: after.secretShownUntil, id: after.keyId } : undefined;
    const query = { collection: 'credentials', until: { field: 'secretShownUntil', time, after: page }, limit };
    return records(await this.access.query('credentials.findShown', query));
  }

  async create(issued: NewCredential, audit: readonly AuditRecord[] = []): Promise<void> {
    await this.access.commit('credentials.create', [...issueWrites(issued), ...auditWrites(audit)]);
  }

  async change(
    { keyId, orgId, version }: Place & Pick<CredentialRecord, 'version'>,
    { written = {}, ...change }: CredentialChange,
    { audit, issued, hideSecret = false }: CredentialChangeWith = {},
  ): Promise<string | null> {
    const hidden = hideSecret ? { secretShownUntil: null } : {};
    const versions = await this.access.commitForVersions('credentials.change', [
      { path: pathOf(keyId), fields: { ...written, ...change, ...hidden }, when: { version } },
      ...(hideSecret ? [{ delete: shownPathOf({ keyId, orgId }) }] : []),
      ...(issued === undefined ? [] : issueWrites(issued)),
      ...auditWrites(audit),
    ]);
    return versions?.[0] ?? null;
  }

  async remove(credential: Place): Promise<void> {
    const paths = [pathOf(credential.keyId), shownPathOf(credential)];
    await this.access.commit(
      'credentials.remove',
      paths.map((path) => ({ delete: path })),
    );
  }
}

/** A new credential as part of a commit, and its secret where the console shows it. */
export function issueWrites({ credential: { keyId, ...credential }, shown }: NewCredential): Write[] {
  const { name, status, scopes, expiresAt, allowedAddresses } = credential;
  const inForce = { name, status, scopes, expiresAt, allowedAddresses };
  const fields = { ...credential, inForce, problems: {}, rotate: false };
  const stored = create(pathOf(keyId), fields);
  if (shown === null) return [stored];
  const { secret, until } = shown;
  const place = shownPathOf({ keyId, orgId: credential.orgId });
  return [stored, create(place, { key: keyId, secret, shownUntil: until, purgeAt: until })];
}

function pathOf(keyId: KeyId): string {
  return `credentials/${keyId}`;
}

function shownPathOf({ orgId, keyId }: Place): string {
  return `orgs/${orgId}/revealedSecrets/${keyId}`;
}

function records(documents: readonly StoredDocument[]): readonly CredentialRecord[] {
  return documents.flatMap((document) => {
    const credential = fromDocument(document);
    return credential === null ? [] : [credentialOf(credential)];
  });
}

/** null for a document that was not written by us, or was spoilt: it is no credential. */
function fromDocument({ id, data, version }: StoredDocument): CredentialDocument | null {
  const { orgId, secretHash, secretTag = null, prefix, createdAt, createdBy, inForce, problems = {}, rotate } = data;
  const { lastUsedAt = null, rotatedTo = null, secretShownUntil = null } = data;
  const { name, status, scopes, expiresAt, allowedAddresses } = data;
  if (typeof inForce !== 'object' || inForce === null) return null;
  return {
    keyId: id as KeyId,
    orgId,
    secretHash,
    secretTag,
    prefix,
    createdAt,
    createdBy,
    lastUsedAt,
    rotatedTo,
    secretShownUntil,
    rotate,
    version,
    written: { name, status, scopes, expiresAt, allowedAddresses },
    inForce,
    problems,
  };
}
