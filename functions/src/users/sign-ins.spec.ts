import { expect } from 'chai';
import { expectCode, ManualClock, newPool } from '../../test/support/unit-fixtures.js';
import { memoryPorts } from '../adapters/memory/memory-ports.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { MAIN_POOL, type Pool } from '../identity/pool.js';
import { SignIns } from './sign-ins.js';
import { userId } from './user-id.js';

const NOON = Date.UTC(2026, 0, 15, 12);

describe('SignIns', () => {
  const uid = userId.generate();
  let clock: ManualClock;
  let identities: ReturnType<typeof memoryPorts>['identities'];
  /** How long was waited, each time. */
  let paused: number[];

  /** From so many milliseconds into a second on, with the user in that pool. */
  async function startAt(milliseconds: number, pool: Pool = MAIN_POOL): Promise<SignIns> {
    clock = new ManualClock(NOON + milliseconds);
    ({ identities } = memoryPorts('demo-gatehouse', clock));
    paused = [];
    clock.pause = async (wait) => {
      paused.push(wait);
      clock.advance(wait);
    };
    await identities.create(pool, { uid, email: 'ada@example.com', password: 'a password' });
    await identities.endSignIns(pool, uid, new Date(0));
    return new SignIns({ identities, clock });
  }

  const validFrom = async (pool: Pool = MAIN_POOL) =>
    (await identities.find(pool, uid))?.signInsValidFrom.getTime() ?? null;

  describe('end', () => {
    for (const [at, wait] of [
      [0, 1_000],
      [1, 999],
      [999, 1],
    ] as const)
      it(`${at} ms into a second: ends those of this second too, and waits the ${wait} ms until the next`, async () => {
        const signIns = await startAt(at);
        await signIns.end(MAIN_POOL, uid);
        expect(await validFrom()).to.equal(NOON + 1_000);
        expect(paused).to.deep.equal([wait]);
        expect(clock.now(), 'a sign-in made after the answer is not among them').to.equal(NOON + 1_000);
      });

    it('does not wait where Identity Platform has taken as long', async () => {
      const signIns = await startAt(400);
      const endSignIns = identities.endSignIns.bind(identities);
      identities.endSignIns = async (...of) => {
        clock.advance(600);
        await endSignIns(...of);
      };
      await signIns.end(MAIN_POOL, uid);
      expect(await validFrom()).to.equal(NOON + 1_000);
      expect(paused).to.deep.equal([]);
    });

    it('has nothing to end of a user who is gone', async () => {
      const signIns = await startAt(0);
      await identities.delete(MAIN_POOL, uid);
      await signIns.end(MAIN_POOL, uid);
    });

    it('tells when Identity Platform can’t be reached, without waiting', async () => {
      const signIns = await startAt(0);
      identities.endSignIns = () => Promise.reject(new UnavailableError());
      await expectCode(signIns.end(MAIN_POOL, uid), 'unavailable');
      expect(paused).to.deep.equal([]);
    });
  });

  describe('endBefore', () => {
    for (const at of [0, 1, 999])
      it(`keeps those of the second itself: ${at} ms into it`, async () => {
        const signIns = await startAt(5_000);
        await signIns.endBefore(MAIN_POOL, uid, NOON + 2_000 + at);
        expect(await validFrom()).to.equal(NOON + 2_000);
        expect(paused).to.deep.equal([]);
      });

    it('has nothing to end of a user who is gone', async () => {
      const signIns = await startAt(0);
      await identities.delete(MAIN_POOL, uid);
      await signIns.endBefore(MAIN_POOL, uid, NOON);
    });
  });

  it('asks and waits for nothing in an org’s pool: its users have none', async () => {
    const pool = newPool();
    const signIns = await startAt(0, pool);
    await signIns.end(pool, uid);
    await signIns.endBefore(pool, uid, NOON);
    expect(await validFrom(pool)).to.equal(0);
    expect(paused).to.deep.equal([]);
  });
});
