import type { AuditRecord } from '../../audit/audit-record.js';
import type { KeyId } from '../../credentials/credential-id.js';
import {
  CREDENTIAL_SCOPES,
  type CredentialDocument,
  type CredentialRecord,
  type CredentialTerms,
  credentialOf,
  type NewCredential,
} from '../../credentials/credential-record.js';
import type { CredentialChange, CredentialChangeWith, CredentialStore } from '../../credentials/credential-store.js';
import { isMap } from '../../lib/is-map.js';
import type { OrgId } from '../../orgs/org-id.js';
import {
  isDate,
  isDocumentId,
  isListOf,
  isNullOr,
  isOneOf,
  isText,
  isTexts,
  orNull,
  problemsOf,
} from './document-fields.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { auditWrites } from './firestore-audit-store.js';
import { fullPage } from './full-page.js';
import { create, type Write } from './writes.js';

type Place = Pick<CredentialRecord, 'keyId' | 'orgId'>;

export class FirestoreCredentialStore implements CredentialStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    const document = await this.access.get('credentials.find', pathOf(keyId));
    return document === null ? null : toRecord(document);
  }

  async read(keyId: KeyId): Promise<CredentialDocument | null> {
    const document = await this.access.get('credentials.read', pathOf(keyId));
    return document === null ? null : fromDocument(document);
  }

  async listOf(orgId: OrgId, limit: number, after?: KeyId): Promise<readonly CredentialRecord[]> {
    const read = (last?: StoredDocument) => {
      const page = { after: last?.id ?? after };
      return this.access.query('credentials.listOf', { collection: 'credentials', where: { orgId }, page, limit });
    };
    return fullPage(limit, read, toRecord);
  }

  async keysOf(orgId: OrgId, limit: number): Promise<readonly KeyId[]> {
    const query = { collection: 'credentials', where: { orgId }, limit, idsOnly: true };
    return (await this.access.query('credentials.keysOf', query)).map(({ id }) => id as KeyId);
  }

  async findShown(time: Date, limit: number, after?: CredentialRecord): Promise<readonly CredentialRecord[]> {
    const given = after?.secretShownUntil ? { time: after.secretShownUntil, id: after.keyId } : undefined;
    const read = (last?: StoredDocument) => {
      // The query finds no field that is not a time.
      const page = last === undefined ? given : { time: last.data['secretShownUntil'], id: last.id };
      const until = { field: 'secretShownUntil', time, after: page };
      return this.access.query('credentials.findShown', { collection: 'credentials', until, limit });
    };
    return fullPage(limit, read, toRecord);
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

function toRecord(document: StoredDocument): CredentialRecord | null {
  const credential = fromDocument(document);
  return credential === null ? null : credentialOf(credential);
}

const isStatus = isOneOf(['active', 'revoked'] as const);
const isScopes = isListOf(isOneOf(CREDENTIAL_SCOPES));
const isEnd = isNullOr(isDate);
const isAllowList = isNullOr(isTexts);
const isTag = isNullOr(isText);

/** null for a document that was not written by us, or was spoilt: it is no credential. */
function fromDocument({ id, data, version }: StoredDocument): CredentialDocument | null {
  const { secretTag = null, name, status, scopes, expiresAt, allowedAddresses, rotate, ...rest } = data;
  const inForce = toTerms(rest['inForce']);
  const { orgId, secretHash, prefix, createdAt, createdBy, lastUsedAt, rotatedTo, secretShownUntil, problems } = rest;
  const isWhole = isDocumentId(orgId) && isText(secretHash) && isTag(secretTag);
  const isIssued = isText(prefix) && isText(createdBy) && isDate(createdAt);
  if (inForce === null || !isWhole || !isIssued) return null;
  return {
    keyId: id as KeyId,
    orgId: orgId as OrgId,
    secretHash,
    secretTag,
    prefix,
    createdAt,
    createdBy,
    lastUsedAt: orNull(isDate, lastUsedAt),
    rotatedTo: orNull(isText, rotatedTo) as KeyId | null,
    secretShownUntil: orNull(isDate, secretShownUntil),
    rotate,
    version,
    written: { name, status, scopes, expiresAt, allowedAddresses },
    inForce,
    problems: problemsOf(problems),
  };
}

function toTerms(inForce: unknown): CredentialTerms | null {
  if (!isMap(inForce)) return null;
  const { name, status, scopes, expiresAt, allowedAddresses } = inForce;
  if (!isText(name) || !isStatus(status) || !isScopes(scopes)) return null;
  if (!isEnd(expiresAt) || !isAllowList(allowedAddresses)) return null;
  return { name, status, scopes, expiresAt, allowedAddresses };
}
