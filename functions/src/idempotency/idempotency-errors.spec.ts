import { expect } from 'chai';
import { IdempotencyDesk } from '../../test/support/idempotency-desk.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { ERROR_CODES, type ErrorCode, GatehouseError, InvalidCodeError } from '../errors/gatehouse-error.js';

/** What a second try can do without the first having been wrong. */
const PASSING: readonly ErrorCode[] = [
  'request_in_progress',
  'rate_limited',
  'locked_out',
  'sms_not_allowed',
  'sending_stopped',
  'internal',
  'delivery_failed',
  'unavailable',
];

describe('IdempotencyService and errors', () => {
  let desk: IdempotencyDesk;
  beforeEach(() => {
    desk = new IdempotencyDesk();
  });

  const failWith = (error: unknown) => () => Promise.reject(error);
  const errorOf = (code: ErrorCode) =>
    new GatehouseError(code, 'what it says', { details: [{ path: 'a.b', message: 'wrong' }] });

  for (const code of ERROR_CODES.filter((one) => !PASSING.includes(one))) {
    it(`${code} is the answer, and comes again with its text and details`, async () => {
      const { outcome } = await desk.run(failWith(errorOf(code)));
      const again = await desk.run(() => 'success');
      expect(again.replayed).to.equal(true);
      for (const one of [outcome, again.outcome]) {
        const error = 'error' in one ? one.error : undefined;
        expect(error).to.be.instanceOf(GatehouseError);
        expect(error).to.deep.include({
          code,
          message: 'what it says',
          details: [{ path: 'a.b', message: 'wrong' }],
        });
      }
    });
  }

  for (const code of PASSING) {
    it(`${code} may pass: it is not kept, and the next try goes on from it at once`, async () => {
      expect(await rejection(desk.run(failWith(errorOf(code))))).to.include({ code });
      expect((await desk.run(() => 'success')).outcome).to.deep.equal({ value: 'success' });
      const [first, second] = desk.attempts;
      expect(second).to.deep.equal({ seed: first?.seed, resumed: true });
      expect((await desk.run(() => 'again')).outcome).to.deep.equal({ value: 'success' });
    });
  }

  it('a bug of ours is not kept either', async () => {
    const bug = new TypeError('undefined is not a function');
    expect(await rejection(desk.run(failWith(bug)))).to.equal(bug);
    expect((await desk.run(() => 1)).outcome).to.deep.equal({ value: 1 });
  });

  it('one without details comes again without', async () => {
    await desk.run(failWith(new InvalidCodeError()));
    const { outcome } = await desk.run(() => 1);
    expect('error' in outcome && outcome.error.details).to.equal(undefined);
  });
});
