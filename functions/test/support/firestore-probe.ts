import firestoreModule, { type DocumentData, type Firestore } from '@google-cloud/firestore';
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

  async challengePathsOf(uid: string): Promise<string[]> {
    return (await this.db.collection('challenges').where('uid', '==', uid).get()).docs.map(({ ref }) => ref.path);
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

  async filtered(collection: string, field: string, value: string): Promise<DocumentData[]> {
    return (await this.db.collection(collection).where(field, '==', value).get()).docs.map((one) => one.data());
  }

  /**
   * Every document there is, in every collection at every depth: only orgs are meant to have collections of their own, and a
   * leak would be where nobody expects one. A query that names no collection finds them all; the SDK has no way to ask it.
   * Of one document alone with its path as `parent`, which begins with a slash.
   */
  async dump(parent = ''): Promise<{ path: string; json: string }[]> {
    const { projectId, firestoreEmulator } = testStack();
    const documents = `projects/${projectId}/databases/(default)/documents`;
    const response = await fetch(`http://${firestoreEmulator}/v1/${documents}${parent}:runQuery`, {
      method: 'POST',
      headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
      body: JSON.stringify({ structuredQuery: { from: [{ allDescendants: true }] } }),
    });
    const rows = (await response.json()) as { document?: { name: string; fields?: unknown } }[];
    return rows.flatMap(({ document }) =>
      document === undefined
        ? []
        : [{ path: document.name.slice(documents.length + 1), json: JSON.stringify(document.fields ?? {}) }],
    );
  }

  /** For whoever looks at all there is, or works off what is left: of other suites there is nothing then. */
  async empty(): Promise<void> {
    const { projectId, firestoreEmulator } = testStack();
    const documents = `emulator/v1/projects/${projectId}/databases/(default)/documents`;
    const response = await fetch(`http://${firestoreEmulator}/${documents}`, { method: 'DELETE' });
    if (!response.ok) throw new Error(`The emulator answered ${response.status}.`);
  }

  async read(path: string): Promise<DocumentData | undefined> {
    return (await this.db.doc(path).get()).data();
  }

  /** As in the console: a document is added, or fields of it are set; what is undefined is removed. */
  async write(path: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const { FieldValue } = firestoreModule as unknown as typeof import('@google-cloud/firestore');
    const reference = this.db.doc(path);
    if (!(await reference.get()).exists) {
      await reference.create(fields);
      return;
    }
    const set = Object.entries(fields).map(([name, value]) => [
      name,
      value === undefined ? FieldValue.delete() : value,
    ]);
    await reference.update(Object.fromEntries(set));
  }

  close(): Promise<void> {
    return this.db.terminate();
  }
}
