import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFails, initializeTestEnvironment, type RulesTestEnvironment } from '@firebase/rules-unit-testing';
import { expect } from 'chai';
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  type Firestore,
  getDoc,
  getDocs,
  query,
  setDoc,
  setLogLevel,
  updateDoc,
  where,
  writeBatch,
} from 'firebase/firestore';
import { ROOT_DIR } from '../../tools/paths.js';
import { testStack } from './support/global-stack.js';

/** design.md, Data, and a collection that nobody has thought of yet. */
const DOCUMENTS = [
  'orgs/org_a',
  'credentials/gh_key_live_a',
  'apps/app_a',
  'orgs/org_a/users/usr_a',
  'users/usr_a',
  'challenges/a',
  'deliveries/dlv_a',
  'sessions/ses_a',
  'limits/a',
  'idempotency/a',
  'reservations/a',
  'revocations/rev_a',
  'orgs/org_a/audit/a',
  'anything/at/all/whatever',
];

/** Everything that a client SDK can ask of a document and its collection. */
const OPERATIONS: Readonly<Record<string, (db: Firestore, path: string) => Promise<unknown>>> = {
  get: (db, path) => getDoc(doc(db, path)),
  list: (db, path) => getDocs(collection(db, parentOf(path))),
  query: (db, path) => getDocs(query(collection(db, parentOf(path)), where('uid', '==', 'usr_a'))),
  'collection group': (db, path) => getDocs(collectionGroup(db, parentOf(path).split('/').at(-1) ?? '')),
  create: (db, path) => setDoc(doc(db, `${path}_new`), { uid: 'usr_a' }),
  set: (db, path) => setDoc(doc(db, path), { uid: 'usr_a' }),
  update: (db, path) => updateDoc(doc(db, path), { uid: 'usr_a' }),
  delete: (db, path) => deleteDoc(doc(db, path)),
  batch: (db, path) => writeBatch(db).set(doc(db, path), { uid: 'usr_a' }).commit(),
};

describe('firestore.rules (T-08)', () => {
  let environment: RulesTestEnvironment;
  let tried = 0;

  before(async () => {
    setLogLevel('silent');
    const { projectId, firestoreEmulator } = testStack();
    const { hostname: host, port } = new URL(`http://${firestoreEmulator}`);
    const rules = readFileSync(join(ROOT_DIR, 'firestore.rules'), 'utf8');
    environment = await initializeTestEnvironment({ projectId, firestore: { host, port: Number(port), rules } });
    // What is denied is there to be had.
    await environment.withSecurityRulesDisabled(async (context) => {
      const db = context.firestore() as unknown as Firestore;
      for (const path of DOCUMENTS) await setDoc(doc(db, path), { uid: 'usr_a', owner: 'usr_a' });
    });
  });
  after(async () => {
    await environment.withSecurityRulesDisabled(async (context) => {
      const db = context.firestore() as unknown as Firestore;
      for (const path of DOCUMENTS) await deleteDoc(doc(db, path));
    });
    await environment.cleanup();
    console.log(`${tried} client operations, 0 allowed`);
  });

  const callers = {
    nobody: () => environment.unauthenticatedContext(),
    'the user itself': () =>
      environment.authenticatedContext('usr_a', { email: 'a@example.com', email_verified: true }),
    'an admin of the org': () =>
      environment.authenticatedContext('usr_a', { org_id: 'org_a', role: 'admin', sid: 'ses_a' }),
  };

  for (const [caller, context] of Object.entries(callers)) {
    for (const path of DOCUMENTS) {
      it(`${caller} can do nothing at ${path}`, async () => {
        const db = context().firestore() as unknown as Firestore;
        for (const [name, operation] of Object.entries(OPERATIONS)) {
          const error = await assertFails(operation(db, path));
          expect(error.code, name).to.equal('permission-denied');
          tried += 1;
        }
      });
    }
  }

  it('are the only thing that stands there: without them the same operations work', async () => {
    await environment.withSecurityRulesDisabled(async (context) => {
      const db = context.firestore() as unknown as Firestore;
      expect((await getDoc(doc(db, 'credentials/gh_key_live_a'))).exists()).to.equal(true);
    });
  });
});

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
