import { expect } from 'chai';
import fc from 'fast-check';
import { CodeDesk, EMAIL, PHONE } from '../../test/support/code-desk.js';
import type { ChallengeKey } from '../codes/challenge-record.js';
import type { Contact } from '../contacts/contact.js';
import { DAY_MS, MINUTE_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS } from '../limits/limit-policy.js';
import type { CountChange } from '../limits/limit-store.js';
import { orderMarks, orderOf } from './code-order.js';
import type { CountedTry } from './password-guard.js';

/** Notes marks as the account's document does, one commit after the other. */
class Account {
  private readonly counters = new Map<string, number>();

  count(contact: Contact, at: number, isExempt = false): CountedTry {
    const noted = orderMarks(contact, at).map((change) => (isExempt ? 0 : this.change(change)));
    const subject = { id: ['account'], isExempt };
    return {
      account: { subject, client: 'clients.c', tries: [] },
      count: { subject, at, windows: [], others: [], unsettled: new Set() },
      noted,
    };
  }

  private change(change: CountChange): number {
    const before = this.counters.get(change.field) ?? 0;
    const after = 'add' in change ? before + change.add : Math.max(before, change.atLeast);
    this.counters.set(change.field, after);
    return after;
  }
}

/** In the middle of a period. */
const NOW = 690 * LIMIT_PERIOD_MS + 15 * DAY_MS;

describe('The order of login codes', () => {
  it('grows with each', () => {
    const account = new Account();
    const sequences = [EMAIL, PHONE, EMAIL].map((contact) => orderOf(account.count(contact, NOW)).sequence);
    expect(sequences).to.deep.equal([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).to.equal(3);
  });

  it('is later in the next period, whose marks begin anew', () => {
    const before = orderOf(new Account().count(EMAIL, NOW));
    const after = orderOf(new Account().count(EMAIL, NOW + LIMIT_PERIOD_MS));
    expect(after.sequence).to.be.greaterThan(before.sequence);
  });

  it('knows the other contact to be idle once its last code is over', () => {
    const account = new Account();
    expect(orderOf(account.count(PHONE, NOW)).isSiblingIdle).to.equal(true);
    expect(orderOf(account.count(EMAIL, NOW + MINUTE_MS)).isSiblingIdle).to.equal(false);
    expect(orderOf(account.count(EMAIL, NOW + 10 * MINUTE_MS)).isSiblingIdle).to.equal(false);
    expect(orderOf(account.count(EMAIL, NOW + 20 * MINUTE_MS)).isSiblingIdle).to.equal(false);
    expect(orderOf(account.count(EMAIL, NOW + 20 * MINUTE_MS + 1)).isSiblingIdle).to.equal(true);
  });

  it('knows nothing just after a period has begun', () => {
    const begun = Math.ceil(NOW / LIMIT_PERIOD_MS) * LIMIT_PERIOD_MS;
    expect(orderOf(new Account().count(EMAIL, begun + MINUTE_MS)).isSiblingIdle).to.equal(false);
  });

  it('lets the code of a test contact live beside that of a real one, whichever came first, whenever', async () => {
    const begun = Math.ceil(NOW / LIMIT_PERIOD_MS) * LIMIT_PERIOD_MS;
    for (const at of [begun + MINUTE_MS, NOW])
      for (const contacts of [
        [EMAIL, PHONE],
        [PHONE, EMAIL],
      ]) {
        const desk = new CodeDesk();
        const account = new Account();
        for (const contact of contacts)
          await desk.send(contact, orderOf(account.count(contact, at, contact === PHONE)));
        expect(await liveKeys(desk)).to.have.length(2);
      }
  });

  it('leaves one live code, the last that was asked for, in whatever order the codes are stored', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    const contacts = fc.array(fc.constantFrom(EMAIL, PHONE), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(contacts, order, async (asked, stored) => {
        const desk = new CodeDesk();
        const account = new Account();
        const orders = asked.map((contact) => orderOf(account.count(contact, NOW)));
        const last = lastStored(asked, stored);
        const codes = new Map<number, string>();
        for (const index of stored) codes.set(index, await desk.send(asked[index], orders[index]));
        const live = await liveKeys(desk);
        // Of one contact the last that was stored is there; it lives unless the other contact's was asked for later.
        expect(live.length).to.be.at.most(1);
        if (last.includes(3)) expect(live).to.have.length(1);
      }),
    );
  });
});

/** Of each contact, which of the codes was stored last. */
function lastStored(asked: readonly Contact[], stored: readonly number[]): number[] {
  return [EMAIL, PHONE].flatMap((contact) => stored.findLast((index) => asked[index] === contact) ?? []);
}

async function liveKeys({ store }: CodeDesk): Promise<ChallengeKey[]> {
  const keys = [...new Set(store.keys)];
  const found = await Promise.all(keys.map((key) => store.find(key)));
  return keys.filter((_, index) => found[index] !== null);
}
