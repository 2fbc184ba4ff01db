import type { KeyId } from './credential-id.js';
import type { CredentialRecord, CredentialStatus } from './credential-record.js';

/** Port. Every method `@throws UnavailableError` when the store is down or slow. */
export interface CredentialStore {
  find(keyId: KeyId): Promise<CredentialRecord | null>;
  create(credential: CredentialRecord): Promise<void>;
  /** @throws NotFoundError */
  setStatus(keyId: KeyId, status: CredentialStatus): Promise<void>;
}
