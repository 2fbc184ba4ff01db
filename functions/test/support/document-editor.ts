import { MemoryCredentialStore } from '../../src/adapters/memory/memory-credential-store.js';
import { MemoryOrgStore } from '../../src/adapters/memory/memory-org-store.js';
import { MemoryUserStore } from '../../src/adapters/memory/memory-user-stores.js';
import type { KeyId } from '../../src/credentials/credential-id.js';
import type { OrgPool } from '../../src/identity/pool.js';
import type { OrgId } from '../../src/orgs/org-id.js';
import type { Ports } from '../../src/ports.js';
import type { UserId } from '../../src/users/user-id.js';
import { FirestoreProbe } from './firestore-probe.js';

type Fields = Readonly<Record<string, unknown>>;

/** Writes documents as an admin does in the console: any field, whatever its type. What is undefined is removed. */
export interface DocumentEditor {
  /** Adds it where there is none. */
  org(id: OrgId, fields: Fields): Promise<void>;
  credential(key: KeyId, fields: Fields): Promise<void>;
  user(pool: OrgPool, uid: UserId, fields: Fields): Promise<void>;
  /** What the console shows of a credential's secret. */
  shownSecret(id: OrgId, key: KeyId): Promise<unknown>;
  close(): Promise<void>;
}

/** For the stores of these ports. */
export function documentEditor({ orgs, credentials, users }: Ports): DocumentEditor {
  const isMemory =
    orgs instanceof MemoryOrgStore && credentials instanceof MemoryCredentialStore && users instanceof MemoryUserStore;
  if (!isMemory) return probeEditor();
  return {
    org: async (id, fields) => orgs.edit(id, fields),
    credential: async (key, fields) => credentials.edit(key, fields),
    user: (pool, uid, fields) => users.edit(pool, uid, fields),
    shownSecret: async (_id, key) => credentials.shown.get(key)?.secret,
    close: async () => {},
  };
}

function probeEditor(): DocumentEditor {
  const probe = new FirestoreProbe();
  return {
    org: (id, fields) => probe.write(`orgs/${id}`, fields),
    credential: (key, fields) => probe.write(`credentials/${key}`, fields),
    user: (pool, uid, fields) => probe.write(`orgs/${pool.id}/users/${uid}`, fields),
    shownSecret: async (id, key) => (await probe.read(`orgs/${id}/revealedSecrets/${key}`))?.['secret'],
    close: () => probe.close(),
  };
}
