import { expect } from 'chai';
import { CodeDesk, EMAIL, PHONE } from '../../test/support/code-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import {
  DeliveryFailedError,
  RateLimitedError,
  SendingStoppedError,
  SmsNotAllowedError,
  UnavailableError,
} from '../errors/gatehouse-error.js';

describe('A code whose message fails', () => {
  let desk: CodeDesk;
  let asked: number;
  beforeEach(() => {
    desk = new CodeDesk();
    asked = 0;
  });

  /** Each is asked for after the one before. */
  const next = (contact: Contact = EMAIL) => {
    asked += 1;
    return { ...desk.context(contact), uid: 'usr_a', sequence: asked, length: 6, lifetimeSeconds: 600 };
  };

  /** Issues a code and fails to deliver it; answers the code. */
  async function fail(error: Error, contact: Contact = EMAIL): Promise<string> {
    let made = '';
    const issued = desk.service.issue(next(contact), async ({ code }) => {
      made = code;
      throw error;
    });
    await issued.then(
      () => expect.fail('the error is the caller’s'),
      (reason) => expect(reason).to.equal(error),
    );
    return made;
  }

  const SURE = [
    new DeliveryFailedError(),
    new UnavailableError(),
    new RateLimitedError([]),
    new SmsNotAllowedError(),
    new SendingStoppedError(),
    new Error('anything else'),
  ];
  for (const error of SURE)
    it(`is dead after ${error.name}: it surely reaches nobody`, async () => {
      const code = await fail(error);
      await expectCode(desk.check(code), 'invalid_code');
    });

  it('lives when the message may have been taken all the same', async () => {
    const code = await fail(new DeliveryFailedError(undefined, true));
    expect(await desk.check(code)).to.include({ uid: 'usr_a' });
  });

  it('takes the code before it along: one is live at most', async () => {
    const before = await desk.send(EMAIL, next());
    await fail(new DeliveryFailedError());
    await expectCode(desk.check(before), 'invalid_code');
  });

  it('leaves the failures where they were, and the next code whole', async () => {
    const first = await desk.send(EMAIL, next());
    await desk.fail(first, 3);
    await fail(new DeliveryFailedError());
    expect(await desk.failures(EMAIL)).to.equal(3);
    const code = await desk.send(EMAIL, next());
    expect(await desk.check(code)).to.include({ uid: 'usr_a' });
  });

  it('does not take a later code along whose message went out in the meantime', async () => {
    let later = '';
    await desk.service
      .issue(next(), async () => {
        later = await desk.send(EMAIL, next());
        throw new DeliveryFailedError();
      })
      .catch(() => {});
    expect(await desk.check(later)).to.include({ uid: 'usr_a' });
  });

  it('leaves no record of a place that had none', async () => {
    await fail(new DeliveryFailedError(), PHONE);
    await expectCode(desk.check('000000', PHONE), 'invalid_code');
  });

  it('answers what delivering it answered', async () => {
    expect(await desk.service.issue(next(), async () => 'pending')).to.equal('pending');
  });
});
