import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { MAIN_POOL } from '../../src/identity/pool.js';
import { sessionId } from '../../src/sessions/session-id.js';
import { type RevocationId, type RevocationRecord, revocationId } from '../../src/users/revocation-record.js';
import type { RevocationStore } from '../../src/users/revocation-store.js';
import { userId } from '../../src/users/user-id.js';
import { describeContract, times } from '../support/describe-contract.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { newPool } from '../support/unit-fixtures.js';

describeContract('RevocationStore', (ports, adapters) => {
  // Others of the same database are among those that are found: these are of a time of their own.
  const year = 2_100 + randomInt(7_000);
  const at = (second: number) => new Date(Date.UTC(year, 0, 1, 0, 0, second, 1));
  let store: RevocationStore;
  beforeEach(() => {
    store = ports().revocations;
  });

  function newRevocation(second: number): RevocationRecord {
    const whose = { pool: newPool(), uid: userId.generate() };
    return { id: revocationId.generate(), ...whose, keep: null, ends: true, notice: null, dueAt: at(second) };
  }

  async function added(second: number, change: Partial<RevocationRecord> = {}): Promise<RevocationRecord> {
    const revocation = { ...newRevocation(second), ...change };
    await store.add(revocation);
    return revocation;
  }

  /** As if a page had ended just before this time. */
  const before = (second: number): RevocationRecord => ({ ...newRevocation(second), id: '-' as RevocationId });
  const due = (from: number, to: number) => store.findDue(at(to), 100, before(from));

  it('answers those that are due, whole, the longest due first', async () => {
    const third = await added(3, { pool: MAIN_POOL });
    const first = await added(1, { keep: sessionId.generate() });
    const notice = { kind: 'password_changed', eventId: 'event-1', at: at(1).getTime(), locale: 'ja' } as const;
    const second = await added(2, { ends: false, notice });
    expect(await due(0, 3)).to.deep.equal([first, second, third]);
    expect(await due(0, 2)).to.deep.equal([first, second]);
    expect(await due(0, 0)).to.deep.equal([]);
  });

  it('answers one that was written before there were notices: it ends everything, and tells nobody', async () => {
    if (adapters === 'memory') return;
    const { id, pool, uid, keep, dueAt } = newRevocation(10);
    const probe = new FirestoreProbe();
    await probe.write(`revocations/${id}`, { pool, uid, keep, dueAt });
    await probe.close();
    expect(await due(10, 10)).to.deep.equal([{ id, pool, uid, keep, ends: true, notice: null, dueAt }]);
  });

  it('goes on where the page before ended, also between two of the same time', async () => {
    const all = await Promise.all(times(5, (n) => added(20 + (n % 2))));
    const seen: RevocationRecord[] = [];
    let last = before(20);
    for (let page = 0; page < 4; page += 1) {
      const found = await store.findDue(at(21), 2, last);
      expect(found).to.have.length([2, 2, 1, 0][page] ?? 0);
      last = found.at(-1) ?? last;
      seen.push(...found);
    }
    expect(seen).to.have.deep.members(all);
  });

  it('removes one, and it is no error when it is gone', async () => {
    const [kept, gone] = [await added(40), await added(40)];
    for (const _ of times(2, String)) await store.remove(gone.id);
    expect(await due(40, 40)).to.deep.equal([kept]);
  });
});
