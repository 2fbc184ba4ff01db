import { expect } from 'chai';
import { CODE_LIFETIME_MS, CodeDesk, EMAIL, PHONE } from '../../test/support/code-desk.js';
import { wrongCode } from '../../test/support/scenario.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { TEST_CODE } from '../contacts/test-contact.js';
import { FAILURE_CEILING } from '../limits/lockout-policy.js';

describe('CodeService: the code of a test contact', () => {
  let desk: CodeDesk;
  beforeEach(() => {
    desk = new CodeDesk();
  });

  const send = (length = 6) => desk.send(EMAIL, { isTestContact: true, length });
  const check = (code: string) => desk.service.check({ ...desk.context(), isTestContact: true }, code);
  const failFive = async () => {
    for (const distance of times(5, (index) => index + 1))
      await expectCode(check(wrongCode(TEST_CODE, distance)), 'invalid_code');
  };

  for (const length of [4, 6, 10]) {
    it(`is the fixed one where codes have ${length} digits`, async () => {
      expect(await send(length)).to.equal(TEST_CODE);
      expect((await check(TEST_CODE)).uid).to.equal('usr_a');
    });
  }

  it('is right once', async () => {
    await send();
    const [first, second] = [await check(TEST_CODE), await check(TEST_CODE)];
    expect(await desk.service.consume(first)).to.equal(true);
    expect(await desk.service.consume(second)).to.equal(false);
    await expectCode(check(TEST_CODE), 'invalid_code');
  });

  it('has five tries and its time, as any', async () => {
    await send();
    await failFive();
    await expectCode(check(TEST_CODE), 'invalid_code');
    await send();
    desk.clock.advance(CODE_LIFETIME_MS);
    await expectCode(check(TEST_CODE), 'invalid_code');
  });

  it('is followed by no pause and no lock, however many wrong ones there were', async () => {
    for (const _ of times(FAILURE_CEILING / 5 + 1, String)) {
      await send();
      await failFive();
    }
    await send();
    expect((await check(TEST_CODE)).uid).to.equal('usr_a');
    expect(await desk.failures()).to.equal(0);
  });

  it('is not paused by what failed at a contact of the same user that is none, which stays paused', async () => {
    await desk.fail(await desk.send(PHONE), 5, PHONE);
    await send();
    expect((await check(TEST_CODE)).uid).to.equal('usr_a');
    await desk.send(PHONE);
    await expectCode(desk.check('123456', PHONE), 'locked_out');
  });

  it('is random for every other contact', async () => {
    const codes = await Promise.all(times(50, () => desk.send()));
    expect(codes).not.to.include(TEST_CODE);
    await expectCode(desk.check(TEST_CODE), 'invalid_code');
  });
});
