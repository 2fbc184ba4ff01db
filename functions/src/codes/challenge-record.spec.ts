import { expect } from 'chai';
import { CODE_LIFETIME_MS, CodeDesk } from '../../test/support/code-desk.js';
import { wrongCode } from '../../test/support/scenario.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { DAY_MS } from '../lib/clock.js';
import type { ChallengeKey } from './challenge-record.js';

describe('CodeService: what it stores and hands on', () => {
  let desk: CodeDesk;
  beforeEach(() => {
    desk = new CodeDesk();
  });

  /** A code of a user with one contact: it has no other place. */
  async function sendAlone(): Promise<string> {
    let sent = '';
    const request = { ...desk.context(), uid: 'usr_a', length: 6, lifetimeSeconds: CODE_LIFETIME_MS / 1_000 };
    await desk.service.issue(request, async ({ code }) => {
      sent = code;
    });
    return sent;
  }

  it('remembers a place for 30 days, and a code for its lifetime', async () => {
    await desk.send();
    const [stored] = desk.store.stored;
    expect(stored?.purgeAt.getTime()).to.equal(desk.clock.now() + 30 * DAY_MS);
    expect(stored?.expiresAt.getTime()).to.equal(desk.clock.now() + CODE_LIFETIME_MS);
  });

  it('remembers a claim for a day past the code’s end, so that no copy of the match can win again', async () => {
    const match = await desk.check(await desk.send());
    expect(match.claimUntil.getTime()).to.equal(desk.clock.now() + CODE_LIFETIME_MS + DAY_MS);
  });

  it('names the other place when, and only when, it has failures to end', async () => {
    const code = await desk.send();
    expect((await desk.check(code)).others).to.deep.equal([]);
    await desk.fail(code, 1);
    expect((await desk.check(code)).others).to.deep.equal([desk.store.stored[0]?.sibling]);
  });

  it('has no other place where there is one contact', async () => {
    const code = await sendAlone();
    expect(desk.store.stored[0]?.sibling).to.equal(null);
    const counted: (readonly ChallengeKey[])[] = [];
    const addFailure = desk.store.addFailure.bind(desk.store);
    desk.store.addFailure = (keys) => {
      counted.push(keys);
      return addFailure(keys);
    };
    await expectCode(desk.check(wrongCode(code)), 'invalid_code');
    expect(counted).to.deep.equal([[desk.store.keys[0]]]);
    expect((await desk.check(code)).others).to.deep.equal([]);
  });

  it('refuses, and breaks nothing, when the first code ever is sent between counting and reading', async () => {
    const find = desk.store.find.bind(desk.store);
    let sent = '';
    desk.store.find = async (key) => {
      desk.store.find = find;
      sent = await desk.send();
      return find(key);
    };
    await expectCode(desk.check('123456'), 'invalid_code');
    expect((await desk.check(sent)).uid).to.equal('usr_a');
  });

  it('writes a pause from the fifth failure on, and none before it', async () => {
    const pauses: number[] = [];
    const block = desk.store.block.bind(desk.store);
    desk.store.block = (keys, until) => {
      pauses.push(until - desk.clock.now());
      return block(keys, until);
    };
    const code = await desk.send();
    await desk.fail(code, 4);
    expect(pauses).to.deep.equal([]);
    await expectCode(desk.check(wrongCode(code, 5)), 'invalid_code');
    expect(pauses).to.deep.equal([30_000]);
  });

  it('says which limit holds a locked-out caller, and until when', async () => {
    await desk.fail(await desk.send(), 5);
    const { exceeded } = await expectCode(desk.check(await desk.send()), 'locked_out');
    expect(exceeded).to.have.length(1);
    expect(exceeded[0]).to.include({ name: 'code_failures', quota: 5, windowSeconds: 3_600, resetSeconds: 30 });
  });
});
