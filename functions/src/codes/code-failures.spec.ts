import { expect } from 'chai';
import { CODE_LIFETIME_MS, CodeDesk, EMAIL, PHONE } from '../../test/support/code-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { backOffMs, FAILURE_CEILING } from '../limits/lockout-policy.js';

const DAY_MS = 86_400_000;

describe('CodeService: wrong codes', () => {
  let desk: CodeDesk;
  beforeEach(() => {
    desk = new CodeDesk();
  });

  describe('failures', () => {
    it('are not given back by another code', async () => {
      const first = await desk.send();
      await desk.fail(first, 2);
      const second = await desk.send();
      await desk.fail(second, 2);
      expect(await desk.failures()).to.equal(4);
    });

    it('count at both contacts', async () => {
      const code = await desk.send(EMAIL);
      await desk.fail(code, 4);
      const byPhone = await desk.send(PHONE);
      await desk.fail(byPhone, 1, PHONE);
      const again = await expectCode(desk.check(byPhone, PHONE), 'locked_out');
      expect(again.retryAfterSeconds).to.equal(30);
    });

    it('count at both contacts, also where the other was never asked for a code', async () => {
      const code = await desk.send(EMAIL, { isSiblingIdle: true });
      await desk.fail(code, 4);
      expect([await desk.failures(EMAIL), await desk.failures(PHONE)]).to.deep.equal([4, 4]);
      const byPhone = await desk.send(PHONE);
      await desk.fail(byPhone, 1, PHONE);
      await expectCode(desk.check(byPhone, PHONE), 'locked_out');
    });

    /** O-04. */
    it('end at both contacts with a success', async () => {
      const code = await desk.send(EMAIL);
      await desk.fail(code, 4);
      await desk.service.consume(await desk.check(code));
      for (const contact of [PHONE, EMAIL]) {
        const next = await desk.send(contact);
        await desk.fail(next, 4, contact);
        await desk.service.consume(await desk.check(next, contact));
      }
    });

    it('do not end with a right code that was not consumed', async () => {
      const code = await desk.send();
      await desk.fail(code, 3);
      await desk.check(code);
      expect(await desk.failures()).to.equal(3);
    });

    it('of a dead code do not count', async () => {
      const code = await desk.send();
      desk.clock.advance(CODE_LIFETIME_MS + 1);
      await desk.fail(code, 3);
      expect(await desk.failures()).to.equal(0);
    });
  });

  describe('back-off', () => {
    it('begins with the fifth failure, and the right code is not compared before it is over', async () => {
      const first = await desk.send();
      await desk.fail(first, 3);
      const code = await desk.send();
      await desk.fail(code, 2);
      const refused = await expectCode(desk.check(code), 'locked_out');
      expect(refused.retryAfterSeconds).to.equal(30);
      desk.clock.advance(29_999);
      expect((await expectCode(desk.check(code), 'locked_out')).retryAfterSeconds).to.equal(1);
      desk.clock.advance(1);
      expect((await desk.check(code)).uid).to.equal('usr_a');
    });

    it('is not ended by another code, at either contact', async () => {
      const code = await desk.send();
      await desk.fail(code, 5);
      for (const contact of [EMAIL, PHONE])
        await expectCode(desk.check(await desk.send(contact), contact), 'locked_out');
    });

    it('does not show for a code that is dead anyway', async () => {
      const code = await desk.send();
      await desk.fail(code, 5);
      await expectCode(desk.check(code), 'invalid_code');
    });
  });

  /** O-03. A pause may outlive a code: then the next code is sent when it is over, which gives nothing back. */
  it('O-03: 20 × 4 wrong codes over many sends read 80, and at 100 the right code is refused', async () => {
    let code = await desk.send();
    let failures = 0;
    const failOnce = async () => {
      await desk.fail(code, 1);
      failures += 1;
      if (failures === 4) expect((await desk.check(code)).uid, 'no pause before the fifth').to.equal('usr_a');
      if (failures >= 5) await expectCode(desk.check(await desk.send()), 'locked_out');
      desk.clock.advance(backOffMs(failures) + 1);
      code = await desk.send();
    };
    for (let round = 0; round < 20; round += 1) for (let wrong = 0; wrong < 4; wrong += 1) await failOnce();
    expect(await desk.failures()).to.equal(80);
    while (failures < FAILURE_CEILING - 1) await failOnce();
    expect((await desk.check(code)).uid, 'at 99').to.equal('usr_a');
    await failOnce();
    for (let day = 0; day < 3; day += 1) {
      desk.clock.advance(DAY_MS);
      await expectCode(desk.check(await desk.send()), 'locked_out');
    }
    expect(await desk.failures(PHONE), 'the other contact').to.equal(FAILURE_CEILING);
  });
});
