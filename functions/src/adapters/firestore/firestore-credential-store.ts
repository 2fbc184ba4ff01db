import type { Timestamp } from '@google-cloud/firestore';
import type { KeyId } from '../../credentials/credential-id.js';
import type { CredentialRecord, CredentialStatus } from '../../credentials/credential-record.js';
import type { CredentialStore } from '../../credentials/credential-store.js';
import { NotFoundError } from '../../errors/gatehouse-error.js';
import { type FirestoreAccess, isNotFound } from './firestore-access.js';

export class FirestoreCredentialStore implements CredentialStore {
  constructor(private readonly access: FirestoreAccess) {}

  async find(keyId: KeyId): Promise<CredentialRecord | null> {
    const snapshot = await this.access.run('credentials.find', { reads: 1 }, ({ db }) =>
      db.doc(`credentials/${keyId}`).get(),
    );
    const data = snapshot.data();
    if (data === undefined) return null;
    return {
      keyId,
      orgId: data.orgId,
      secretHash: data.secretHash,
      prefix: data.prefix,
      status: data.status,
      scopes: data.scopes,
      createdAt: (data.createdAt as Timestamp).toDate(),
      expiresAt: (data.expiresAt as Timestamp | null | undefined)?.toDate() ?? null,
    };
  }

  async create({ keyId, ...credential }: CredentialRecord): Promise<void> {
    await this.access.run('credentials.create', { writes: 1 }, ({ db }) =>
      db.doc(`credentials/${keyId}`).create(credential),
    );
  }

  async setStatus(keyId: KeyId, status: CredentialStatus): Promise<void> {
    await this.access.run('credentials.setStatus', { writes: 1 }, async ({ db }) => {
      try {
        await db.doc(`credentials/${keyId}`).update({ status });
      } catch (error) {
        throw isNotFound(error) ? new NotFoundError('There is no credential of this key.') : error;
      }
    });
  }
}
