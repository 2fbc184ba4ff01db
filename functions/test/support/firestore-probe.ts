import firestoreModule, { type DocumentData, type DocumentSnapshot, type Firestore } from '@google-cloud/firestore';
import { testStack } from './global-stack.js';

/** Looks into the emulator's Firestore past our own code: what is really stored. */
export class FirestoreProbe {
  private readonly db: Firestore;

  constructor() {
    const { projectId, firestoreEmulator } = testStack();
    const { Firestore: Client } = firestoreModule as unknown as typeof import('@google-cloud/firestore');
    this.db = new Client({
      projectId,
      host: firestoreEmulator,
      ssl: false,
      // Past the security rules, as a service account is.
      customHeaders: { Authorization: 'Bearer owner' },
    });
  }

  /** Every code document of a user, whatever its state. */
  async challengesOf(uid: string): Promise<DocumentData[]> {
    return (await this.db.collection('challenges').where('uid', '==', uid).get()).docs.map((one) => one.data());
  }

  async sessionsOf(orgId: string, uid: string): Promise<DocumentData[]> {
    const found = await this.db.collection('sessions').where('owner', '==', `${orgId}/${uid}`).get();
    return found.docs.map((one) => one.data());
  }

  async sessionIdsOf(orgId: string, uid: string): Promise<string[]> {
    const found = await this.db.collection('sessions').where('owner', '==', `${orgId}/${uid}`).get();
    return found.docs.map(({ id }) => id);
  }

  /** Uids for which a password change has not been wholly done. */
  async revocationsOf(orgId: string): Promise<string[]> {
    const found = await this.db.collection('revocations').where('pool.id', '==', orgId).get();
    return found.docs.map((one) => one.get('uid'));
  }

  async deleteSessionsOf(orgId: string, uid: string): Promise<void> {
    const found = await this.db.collection('sessions').where('owner', '==', `${orgId}/${uid}`).get();
    await Promise.all(found.docs.map(({ ref }) => ref.delete()));
  }

  async profilesWith(orgId: string, field: string, value: string): Promise<string[]> {
    return (await this.db.collection(`orgs/${orgId}/users`).where(field, '==', value).get()).docs.map(({ id }) => id);
  }

  /** Every document there is, in every collection at every depth. */
  async dump(): Promise<{ path: string; json: string }[]> {
    const found: DocumentSnapshot[] = [];
    // Only orgs are meant to have collections of their own; a leak would be where nobody expects one.
    let parents: Pick<Firestore, 'listCollections'>[] = [this.db];
    while (parents.length > 0) {
      const collections = (await inChunks(parents, (parent) => parent.listCollections())).flat();
      const snapshots = await inChunks(collections, (collection) => collection.get());
      found.push(...snapshots.flatMap(({ docs }) => docs));
      parents = (await inChunks(collections, (collection) => collection.listDocuments())).flat();
    }
    return found.map((one) => ({ path: one.ref.path, json: JSON.stringify(one.data()) }));
  }

  close(): Promise<void> {
    return this.db.terminate();
  }
}

const CHUNK = 100;

async function inChunks<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += CHUNK)
    results.push(...(await Promise.all(items.slice(start, start + CHUNK).map(work))));
  return results;
}
