import type { KeyId } from '../../credentials/credential-id.js';
import type { CredentialRecord, CredentialStatus } from '../../credentials/credential-record.js';
import type { CredentialStore } from '../../credentials/credential-store.js';
import { NotFoundError } from '../../errors/gatehouse-error.js';
import type { FirestoreAccess } from './firestore-access.js';
import { create, update } from './writes.js';

export class FirestoreCredentialStore implements CredentialStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    const document = await this.access.get('credentials.find', `credentials/${keyId}`);
    if (document === null) return null;
    const { orgId, secretHash, secretTag = null, prefix, status, scopes, createdAt, expiresAt = null } = document.data;
    return { keyId, orgId, secretHash, secretTag, prefix, status, scopes, createdAt, expiresAt };
  }

  async create({ keyId, ...credential }: CredentialRecord): Promise<void> {
    await this.access.commit('credentials.create', [create(`credentials/${keyId}`, credential)]);
  }

  async setStatus(keyId: KeyId, status: CredentialStatus): Promise<void> {
    const write = update(`credentials/${keyId}`, { status });
    if (await this.access.commitUnlessMissed('credentials.setStatus', [write])) return;
    throw new NotFoundError('There is no credential of this key.');
  }
}
