import { expect } from 'chai';
import { NEVER_OPENS } from '../../../test/support/breakers.js';
import { DOCUMENT, EMPTY, FirestoreStub, type StubReply } from '../../../test/support/firestore-stub.js';
import { expectCode, newPool } from '../../../test/support/unit-fixtures.js';
import type { ChallengeKey } from '../../codes/challenge-record.js';
import type { ErrorCode } from '../../errors/gatehouse-error.js';
import { Backend } from '../../lib/backend.js';
import { sessionId } from '../../sessions/session-id.js';
import { userId } from '../../users/user-id.js';
import { FirestoreAccess } from './firestore-access.js';
import { GRPC } from './firestore-errors.js';
import { FirestoreSessionStore } from './firestore-session-store.js';

const LATER = new Date('2030-01-01T12:00:00Z');
/** What the counters came to, null where the code was gone, or an error. */
type Outcome = readonly number[] | null | ErrorCode;

const LOST: StubReply = { code: GRPC.unavailable };

/** Rows 7 and 9 of the fault matrix. What a store does with answers: session-store.contract.spec.ts. */
describe('FirestoreSessionStore, opening a session', () => {
  let firestore: FirestoreStub;
  let access: FirestoreAccess;
  let store: FirestoreSessionStore;
  beforeEach(async () => {
    firestore = new FirestoreStub();
    await firestore.start();
    const backend = new Backend('firestore', { timeoutMs: 20_000, breaker: NEVER_OPENS });
    const options = { projectId: 'demo-gatehouse', emulatorHost: firestore.host, timeoutMs: 20_000 };
    access = new FirestoreAccess(options, backend);
    store = new FirestoreSessionStore(access);
  });
  afterEach(async () => {
    await access.close();
    firestore.stop();
  });

  function open(): Promise<readonly number[] | null> {
    const [pool, uid] = [newPool(), userId.generate()];
    const client = { address: '203.0.113.7', agent: null };
    const times = { createdAt: new Date(), expiresAt: LATER, revokedAt: null, signedInAt: null };
    const code = { key: 'place' as ChallengeKey, challengeId: 'one', uid, proves: null, claimUntil: LATER, others: [] };
    return store.open({ sid: sessionId.generate(), poolId: pool.id, uid, client, ...times }, code);
  }

  async function expectCalls(replies: readonly StubReply[], outcome: Outcome, calls: readonly string[]) {
    firestore.replies = [...replies];
    if (typeof outcome === 'string') await expectCode(open(), outcome);
    else expect(await open()).to.deep.equal(outcome);
    expect(firestore.calls.map(({ method }) => method)).to.deep.equal(calls);
  }

  it('takes one commit when it is answered', () => expectCalls([EMPTY], [], ['Commit']));

  it('knows its own session after a lost answer', () => expectCalls([LOST, DOCUMENT], [], ['Commit', 'GetDocument']));

  it('is unavailable when the session is not there', () =>
    expectCalls([LOST, { code: GRPC.notFound }], 'unavailable', ['Commit', 'GetDocument']));

  it('is unavailable when nobody can tell', () =>
    expectCalls([LOST, { code: GRPC.internal }], 'unavailable', ['Commit', 'GetDocument']));

  it('looks after no answer that is one', async () => {
    await expectCalls([{ code: GRPC.alreadyExists }], null, ['Commit']);
    firestore.calls.length = 0;
    const aborted = { code: GRPC.aborted };
    await expectCalls([aborted], 'request_in_progress', ['Commit', 'Commit', 'Commit', 'Commit']);
  });
});
