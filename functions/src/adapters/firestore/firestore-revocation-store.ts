import type { RevocationId, RevocationRecord } from '../../users/revocation-record.js';
import type { RevocationStore } from '../../users/revocation-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create } from './writes.js';

export class FirestoreRevocationStore implements RevocationStore {
  constructor(private readonly access: FirestoreAccess) {}

  async add({ id, ...revocation }: RevocationRecord): Promise<void> {
    await this.access.commit('revocations.add', [create(pathOf(id), revocation)]);
  }

  async findDue(time: Date, limit: number, after?: RevocationRecord): Promise<readonly RevocationRecord[]> {
    const page = after === undefined ? undefined : { time: after.dueAt, id: after.id };
    const query = { collection: 'revocations', until: { field: 'dueAt', time, after: page }, limit };
    return (await this.access.query('revocations.findDue', query)).map(fromDocument);
  }

  async remove(id: RevocationId): Promise<void> {
    await this.access.commit('revocations.remove', [{ delete: pathOf(id) }]);
  }
}

function pathOf(id: RevocationId): string {
  return `revocations/${id}`;
}

/** Those of before there were notices all end something. */
function fromDocument({ id, data }: StoredDocument): RevocationRecord {
  const { pool, uid, keep, dueAt, ends = true, notice = null } = data;
  return { id: id as RevocationId, pool, uid, keep, ends, notice, dueAt };
}
