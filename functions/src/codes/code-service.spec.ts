import { expect } from 'chai';
import { CODE_LIFETIME_MS, CodeDesk, EMAIL, PHONE } from '../../test/support/code-desk.js';
import { callLate, failAtOnce } from '../../test/support/late-calls.js';
import { wrongCode } from '../../test/support/scenario.js';
import { expectCode, newPool } from '../../test/support/unit-fixtures.js';
import { DeliveryFailedError } from '../errors/gatehouse-error.js';
import { backOffMs } from '../limits/lockout-policy.js';

describe('CodeService', () => {
  let desk: CodeDesk;
  beforeEach(() => {
    desk = new CodeDesk();
  });

  it('sends a code that is right once', async () => {
    const matched = await desk.check(await desk.send());
    expect(matched.uid).to.equal('usr_a');
    expect(await desk.service.consume(matched)).to.equal(true);
    expect(await desk.service.consume(matched)).to.equal(false);
  });

  it('stores neither the code nor the contact', async () => {
    // Ten digits do not stand in a hash or a time by chance.
    const code = await desk.send(EMAIL, { length: 10 });
    const dump = JSON.stringify(desk.store.stored);
    for (const secret of [code, EMAIL.value, Buffer.from(code).toString('base64url')])
      expect(dump).not.to.include(secret);
  });

  it('makes codes of the length that was asked for, and a new challenge each time', async () => {
    for (const length of [4, 6, 10])
      expect(await desk.send(EMAIL, { length })).to.match(new RegExp(`^\\d{${length}}$`));
    const ids = desk.store.stored.map(({ challengeId }) => challengeId);
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids) expect(Buffer.from(id, 'hex')).to.have.length(16);
  });

  it('fails when the message could not be sent', async () => {
    const failing = desk.service.issue({ ...desk.context(), uid: 'usr_a', length: 6, lifetimeSeconds: 600 }, () =>
      Promise.reject(new Error('no provider')),
    );
    expect(await failing.catch((error: Error) => error.message)).to.equal('no provider');
  });

  /** What ran on behind a refused request would outlive its deadline, and its process. */
  describe('leaves nothing running', () => {
    const request = () => ({ ...desk.context(), uid: 'usr_a', length: 6, lifetimeSeconds: 600 });

    it('behind a message that could not be sent', async () => {
      const storing = callLate(desk.store, 'replace');
      const failing = desk.service.issue(request(), () => Promise.reject(new DeliveryFailedError()));
      await expectCode(failing, 'delivery_failed');
      expect(storing).to.deep.equal({ begun: 1, ended: 1 });
    });

    it('behind a code that could not be stored', async () => {
      const provider = { send: async () => {} };
      const sending = callLate(provider, 'send');
      failAtOnce(desk.store, 'replace');
      await expectCode(
        desk.service.issue(request(), () => provider.send()),
        'unavailable',
      );
      expect(sending).to.deep.equal({ begun: 1, ended: 1 });
    });
  });

  it('refuses where nothing was sent', async () => {
    await expectCode(desk.check('123456'), 'invalid_code');
  });

  describe('tries', () => {
    it('compares five codes and no more: the right one is refused after five wrong ones', async () => {
      const code = await desk.send();
      await desk.fail(code, 5);
      desk.clock.advance(backOffMs(5) + 1);
      await expectCode(desk.check(code), 'invalid_code');
    });

    it('takes the right code at the fifth try', async () => {
      const code = await desk.send();
      await desk.fail(code, 4);
      expect((await desk.check(code)).uid).to.equal('usr_a');
    });

    it('counts tries beyond the fifth as no failures', async () => {
      const code = await desk.send();
      for (let attempt = 0; attempt < 20; attempt += 1) await desk.check(wrongCode(code)).catch(() => {});
      expect(await desk.failures()).to.equal(5);
    });
  });

  /** O-05. */
  describe('lifetime', () => {
    it('ends to the second', async () => {
      const code = await desk.send();
      desk.clock.advance(CODE_LIFETIME_MS - 1_000);
      expect((await desk.check(code)).uid).to.equal('usr_a');
      desk.clock.advance(2_000);
      await expectCode(desk.check(code), 'invalid_code');
    });

    it('is over at the very millisecond', async () => {
      const code = await desk.send();
      desk.clock.advance(CODE_LIFETIME_MS - 1);
      await desk.check(code);
      desk.clock.advance(1);
      await expectCode(desk.check(code), 'invalid_code');
    });

    it('may be shorter', async () => {
      const code = await desk.send(EMAIL, { lifetimeSeconds: 30 });
      desk.clock.advance(30_000);
      await expectCode(desk.check(code), 'invalid_code');
    });
  });

  /** O-08. */
  describe('one live code', () => {
    it('is the newest of a contact', async () => {
      const first = await desk.send();
      const second = await sendAnother(desk, first);
      await expectCode(desk.check(first), 'invalid_code');
      expect((await desk.check(second)).uid).to.equal('usr_a');
    });

    it('is the newest of both contacts', async () => {
      const byEmail = await desk.send(EMAIL);
      const byPhone = await desk.send(PHONE);
      await expectCode(desk.check(byEmail, EMAIL), 'invalid_code');
      expect((await desk.check(byPhone, PHONE)).uid).to.equal('usr_a');
    });

    it('is not taken at the other contact, though the digits are right', async () => {
      const byPhone = await desk.send(PHONE);
      await expectCode(desk.check(byPhone, EMAIL), 'invalid_code');
    });

    it('is not compared with a code that was sent between counting and reading', async () => {
      const first = await desk.send();
      const find = desk.store.find.bind(desk.store);
      desk.store.find = async (key) => {
        desk.store.find = find;
        await desk.send();
        return find(key);
      };
      await expectCode(desk.check(first), 'invalid_code');
      expect(await desk.failures(), 'no failure of the new code').to.equal(0);
    });

    it('is of its pool and purpose', async () => {
      const code = await desk.send();
      const elsewhere = [{ pool: newPool() }, { purpose: 'password_reset' as const }];
      for (const change of elsewhere)
        await expectCode(desk.service.check({ ...desk.context(), ...change }, code), 'invalid_code');
      await desk.check(code);
    });

    /** O-01, GHSA-7w99-5wm4-3g79: a request that held a match while the code was used and replaced must not win. */
    it('cannot be consumed by the match of an earlier code', async () => {
      const code = await desk.send();
      const [first, late] = await Promise.all([desk.check(code), desk.check(code)]);
      expect(await desk.service.consume(first)).to.equal(true);
      const next = await desk.send();
      expect(await desk.service.consume(late), 'the first code, a second time').to.equal(false);
      expect((await desk.check(next)).uid, 'the next code').to.equal('usr_a');
    });

    // Decided so (docs/adr/0004-codes.md): the older code was right while it was live, and the login is complete.
    it('is consumed together with an older code that was being verified when it was sent', async () => {
      const match = await desk.check(await desk.send(EMAIL));
      const newer = await desk.send(EMAIL);
      expect(await desk.service.consume(match)).to.equal(true);
      await expectCode(desk.check(newer), 'invalid_code');
    });
  });

  it('O-02: of 200 parallel wrong codes five are compared', async () => {
    const code = await desk.send();
    const codes = Array.from({ length: 200 }, (_, index) => wrongCode(code, index + 1));
    await Promise.all(codes.map((wrong) => expectCode(desk.check(wrong), 'invalid_code')));
    expect(await desk.failures()).to.equal(5);
    desk.clock.advance(3_600_000);
    await expectCode(desk.check(code), 'invalid_code');
  });

  it('O-01: of 200 parallel right codes five match and one wins', async () => {
    const code = await desk.send();
    const tries = await Promise.allSettled(Array.from({ length: 200 }, () => desk.check(code)));
    const matched = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(matched).to.have.length(5);
    const wins = await Promise.all(matched.map((match) => desk.service.consume(match)));
    expect(wins.filter(Boolean)).to.have.length(1);
  });

  it('clears codes, so that a match from before opens nothing', async () => {
    const match = await desk.check(await desk.send());
    await desk.service.clear(
      desk.pool,
      'login',
      [EMAIL, PHONE].map((contact) => desk.context(contact).subject),
    );
    expect(await desk.service.consume(match)).to.equal(false);
  });
});

/** One chance in a million is that both codes are the same. */
async function sendAnother(desk: CodeDesk, first: string): Promise<string> {
  const second = await desk.send();
  return second === first ? sendAnother(desk, first) : second;
}
