import { once } from 'node:events';
import { expect } from 'chai';
import { NEVER_OPENS } from '../../../test/support/breakers.js';
import { DOCUMENT, EMPTY, FirestoreStub, FOUND, type StubReply } from '../../../test/support/firestore-stub.js';
import { expectCode, rejection } from '../../../test/support/unit-fixtures.js';
import { OverloadedError } from '../../errors/gatehouse-error.js';
import { Backend } from '../../lib/backend.js';
import { underDeadline } from '../../lib/deadline.js';
import { FirestoreAccess } from './firestore-access.js';
import { GRPC, isFirestoreOutage, PreconditionMissedError } from './firestore-errors.js';
import { create } from './writes.js';

const UNAVAILABLE: StubReply = { code: GRPC.unavailable };
const ABORTED: StubReply = { code: GRPC.aborted };
/** No answer takes as long, on whatever machine. */
const PATIENCE_MS = 20_000;

describe('FirestoreAccess', () => {
  let firestore: FirestoreStub;
  let access: FirestoreAccess;
  /** Attempts as the backend's observer has seen them. */
  let attempts: number;

  beforeEach(async () => {
    firestore = new FirestoreStub();
    await firestore.start();
    attempts = 0;
    access = accessWith();
  });
  afterEach(async () => {
    await access.close();
    firestore.stop();
  });

  function accessWith(timeoutMs = PATIENCE_MS, breaker = NEVER_OPENS): FirestoreAccess {
    const backend = new Backend('firestore', {
      timeoutMs,
      isOutage: isFirestoreOutage,
      breaker,
      observer: (_call, proceed) => {
        attempts += 1;
        return proceed();
      },
    });
    const options = { projectId: 'demo-gatehouse', emulatorHost: firestore.host, timeoutMs: PATIENCE_MS };
    return new FirestoreAccess(options, backend);
  }

  const get = () => access.get('users.find', 'users/usr_a');
  const query = () => access.query('users.list', { collection: 'users', where: { email: 'x' }, limit: 2 });
  const commit = () => access.commit('users.create', [create('users/usr_a', { email: 'x' })]);
  const CALLS: Readonly<Record<string, () => Promise<unknown>>> = { get, query, commit };
  const answers = (...replies: StubReply[]) => {
    firestore.replies = replies;
  };

  it('reads again while Firestore is unavailable, twice at most', async () => {
    answers(UNAVAILABLE, UNAVAILABLE, DOCUMENT);
    expect(await get()).to.deep.include({ id: '1', version: '1.0' });
    answers(...firestore.calls.map(() => UNAVAILABLE), UNAVAILABLE, UNAVAILABLE, FOUND);
    expect(await query()).to.have.length(1);
    expect(firestore.calls).to.have.length(6);
    expect(attempts).to.equal(6);
    answers(UNAVAILABLE);
    for (const read of [get, query]) await expectCode(read(), 'unavailable');
    expect(firestore.calls).to.have.length(12);
  });

  /** Row 4 of the fault matrix. */
  it('commits again when the commit was aborted, up to three times', async () => {
    answers(ABORTED, ABORTED, ABORTED, EMPTY);
    expect(await commit()).to.deep.equal([]);
    expect(firestore.calls).to.have.length(4);
    expect(attempts).to.equal(4);
  });

  /** Row 5. */
  it('is in progress elsewhere when a commit is aborted again and again', async () => {
    answers(ABORTED);
    const error = await expectCode(commit(), 'request_in_progress');
    expect(error.retryAfterSeconds).to.equal(1);
    expect(firestore.calls).to.have.length(4);
  });

  it('never commits again what may have happened, and never reads again for another reason', async () => {
    for (const code of [GRPC.unavailable, GRPC.deadlineExceeded, GRPC.internal, GRPC.unknown]) {
      answers({ code });
      await expectCode(commit(), 'unavailable');
    }
    expect(firestore.calls).to.have.length(4);
    for (const code of [GRPC.aborted, GRPC.deadlineExceeded, GRPC.internal, GRPC.resourceExhausted]) {
      answers({ code });
      for (const read of [get, query]) await expectCode(read(), 'unavailable');
    }
    expect(firestore.calls).to.have.length(4 + 8);
  });

  /** Row 11: an index or a right is missing. */
  it('has nothing for a document that is not there, and is unavailable where a query is refused', async () => {
    answers({ code: GRPC.notFound });
    expect(await get()).to.equal(null);
    await expectCode(query(), 'unavailable');
    answers({ code: GRPC.failedPrecondition });
    for (const read of [get, query]) await expectCode(read(), 'unavailable');
    expect(await rejection(commit())).to.be.instanceOf(PreconditionMissedError);
  });

  /** Row 10. */
  it('says that a document is written too often', async () => {
    answers({ code: GRPC.resourceExhausted });
    for (const call of Object.values(CALLS)) expect(await rejection(call())).to.be.instanceOf(OverloadedError);
    expect(firestore.calls).to.have.length(3);
  });

  /** Row 3: no work goes on behind the reply. */
  for (const [name, call] of Object.entries(CALLS)) {
    it(`${name}: is cancelled at its deadline`, async () => {
      answers('hang');
      access = accessWith(200);
      const ended = once(firestore.cancellations, 'cancelled');
      await expectCode(call(), 'unavailable');
      await ended;
      expect(firestore.calls.map(({ cancelled }) => cancelled)).to.deep.equal([true]);
    });

    it(`${name}: is cancelled when its request ends`, async () => {
      answers('hang');
      const request = new AbortController();
      const ended = once(firestore.cancellations, 'cancelled');
      const calling = underDeadline(request.signal, call);
      while (firestore.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      request.abort();
      await expectCode(calling, 'unavailable');
      await ended;
      expect(firestore.calls.map(({ cancelled }) => cancelled)).to.deep.equal([true]);
    });
  }

  it('is unavailable at once while the breaker is open', async () => {
    answers(UNAVAILABLE);
    access = accessWith(PATIENCE_MS, { windowMs: 60_000, minCalls: 2, threshold: 0.5, probeEveryMs: 60_000 });
    await expectCode(commit(), 'unavailable');
    await expectCode(commit(), 'unavailable');
    for (const call of Object.values(CALLS)) await expectCode(call(), 'unavailable');
    expect(firestore.calls).to.have.length(2);
  });
});
