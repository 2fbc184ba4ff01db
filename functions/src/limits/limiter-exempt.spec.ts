import { expect } from 'chai';
import { SpyLimitStore, times } from '../../test/support/spy-limit-store.js';
import { expectCode, INDEX_KEY, ManualClock } from '../../test/support/unit-fixtures.js';
import { collectStandings, type LimitStanding } from './limit-standing.js';
import { Limiter, type LimitUse } from './limiter.js';

const SENDS: LimitUse = { limit: 'code_sends' };
const COUNTED = { id: ['password_reset', 'org_a', 'email:ada@example.com'] };
const EXEMPT = { ...COUNTED, isExempt: true };

describe('Limiter: who is exempt', () => {
  function setUp() {
    const limits = new SpyLimitStore();
    const limiter = new Limiter({ limits, clock: new ManualClock(), indexKey: INDEX_KEY });
    return { limits, limiter };
  }

  it('is let through any number of times, and nothing is written', async () => {
    const { limits, limiter } = setUp();
    for (const _ of times(50, String)) await limiter.reserve(EXEMPT, [SENDS]);
    expect(limits.written).to.deep.equal([]);
  });

  it('is told of no limit', async () => {
    const { limiter } = setUp();
    const standings = new Map<string, LimitStanding>();
    await collectStandings(standings, () => limiter.reserve(EXEMPT, [SENDS]));
    expect([...standings]).to.deep.equal([]);
    await collectStandings(standings, () => limiter.reserve(COUNTED, [SENDS]));
    expect([...standings.keys()]).to.include('sends10m');
  });

  it('is let through where all others are refused, from memory as well', async () => {
    const { limiter } = setUp();
    for (const _ of times(3, String)) await limiter.reserve(COUNTED, [SENDS]);
    for (const _ of times(2, String)) await expectCode(limiter.reserve(COUNTED, [SENDS]), 'rate_limited');
    await limiter.reserve(EXEMPT, [SENDS]);
    await expectCode(limiter.reserve(COUNTED, [SENDS]), 'rate_limited');
  });

  it('has counted nothing, and gives nothing back', async () => {
    const { limits, limiter } = setUp();
    const count = await limiter.count(EXEMPT, [SENDS], [{ field: 'failures', add: 1 }]);
    expect(count).to.deep.include({ windows: [], others: [0] });
    expect(await limiter.giveBack(count)).to.deep.include({ counts: [], left: [] });
    expect(limits.written).to.deep.equal([]);
  });
});
