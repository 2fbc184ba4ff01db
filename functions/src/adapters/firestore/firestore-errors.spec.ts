import { expect } from 'chai';
import { GatehouseError, OverloadedError, UnavailableError } from '../../errors/gatehouse-error.js';
import { BreakerOpenError } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';
import { commitFailure, isFirestoreOutage, readFailure } from './firestore-errors.js';

interface Expected {
  readonly read: string;
  readonly commit: string;
  readonly outage: boolean;
}

const DOWN: Expected = { read: 'UnavailableError', commit: 'UnavailableError', outage: true };
const REFUSED: Expected = { ...DOWN, outage: false };
const MISSED: Expected = { ...REFUSED, commit: 'PreconditionMissedError' };

/** https://grpc.io/docs/guides/status-codes/, each of them; NOT_FOUND of a single document is told apart before. */
const CODES: readonly (readonly [name: string, expected: Expected])[] = [
  ['CANCELLED', REFUSED],
  ['UNKNOWN', DOWN],
  ['INVALID_ARGUMENT', REFUSED],
  ['DEADLINE_EXCEEDED', DOWN],
  ['NOT_FOUND', MISSED],
  ['ALREADY_EXISTS', MISSED],
  ['PERMISSION_DENIED', REFUSED],
  ['RESOURCE_EXHAUSTED', { read: 'OverloadedError', commit: 'OverloadedError', outage: false }],
  ['FAILED_PRECONDITION', MISSED],
  ['ABORTED', { ...REFUSED, commit: 'RequestInProgressError' }],
  ['OUT_OF_RANGE', REFUSED],
  ['UNIMPLEMENTED', REFUSED],
  ['INTERNAL', DOWN],
  ['UNAVAILABLE', DOWN],
  ['DATA_LOSS', REFUSED],
  ['UNAUTHENTICATED', REFUSED],
];

describe('errors of Firestore', () => {
  for (const [index, [name, expected]] of CODES.entries())
    it(`${name}: a read is ${expected.read}, a commit ${expected.commit}, ${expected.outage ? 'an' : 'no'} outage`, () => {
      const error = Object.assign(new Error(`${index + 1} ${name}: about users/usr_a`), { code: index + 1 });
      for (const [failure, kind] of [
        [readFailure(error), expected.read],
        [commitFailure(error), expected.commit],
      ] as const) {
        expect(failure).to.be.instanceOf(Error).and.have.property('name', kind);
        expect(failure).to.have.property('cause', error);
        expect((failure as Error).message).not.to.match(/usr_a|\d/);
      }
      expect(isFirestoreOutage(error)).to.equal(expected.outage);
    });

  it('of a call that was cut short or not made are outages to the caller', () => {
    for (const error of [
      new DeadlineExceededError('firestore get'),
      new DeadlineExceededError('firestore get', 'request'),
      new BreakerOpenError('firestore'),
    ])
      for (const failure of [readFailure(error), commitFailure(error)])
        expect(failure).to.be.instanceOf(UnavailableError).and.have.property('cause', error);
  });

  it('that are ours stay what they are: a bug, or an error with a meaning of its own', () => {
    const bug = new TypeError('undefined is not a function');
    const socket = Object.assign(new Error('read'), { code: 'ECONNRESET' });
    for (const error of [bug, socket, new GatehouseError('invalid_code', 'Wrong.')]) {
      expect(readFailure(error)).to.equal(error);
      expect(commitFailure(error)).to.equal(error);
      expect(isFirestoreOutage(error)).to.equal(false);
    }
  });

  it('of a document that is written too often are told from outages, and answered alike', () => {
    const overloaded = new OverloadedError();
    expect(overloaded).to.be.instanceOf(UnavailableError).and.have.property('code', 'unavailable');
  });
});
