import { expect } from 'chai';
import { DAY_MS, MINUTE_MS } from '../lib/clock.js';
import { LIMIT_PERIOD_MS, LIMITS, type LimitName, type LimitSettings, windowsOf } from './limit-policy.js';

const NAMES = Object.keys(LIMITS) as LimitName[];
const WINDOWS = NAMES.flatMap((name) => [...windowsOf(name)]);

describe('limit policies', () => {
  it('are those of security.md', () => {
    const shape = (name: LimitName) => windowsOf(name).map(({ limit, windowMs }) => [limit, windowMs / MINUTE_MS]);
    expect(shape('code_sends')).to.deep.equal([
      [3, 10],
      [5, 60],
      [10, 1_440],
    ]);
    expect(shape('client_password_tries')).to.deep.equal([[10, 10]]);
    expect(shape('password_tries')).to.deep.equal([[100, 1_440]]);
  });

  it('have windows that a day and a period hold whole: a document ends where all of its windows do', () => {
    for (const { windowMs } of WINDOWS) expect([DAY_MS % windowMs, LIMIT_PERIOD_MS % windowMs]).to.deep.equal([0, 0]);
  });

  it('name each window differently: the names are fields of one document, and settings of an org', () => {
    expect(new Set(WINDOWS.map(({ name }) => name)).size).to.equal(WINDOWS.length);
    for (const { name } of WINDOWS) expect(name).to.match(/^[a-z]+\d+[mhd]$/);
  });

  it('have a limit within its ceiling', () => {
    for (const { limit, ceiling } of WINDOWS) expect(limit).to.be.within(1, ceiling);
  });
});

describe('limits of an org', () => {
  const limitOf = (settings: unknown) => windowsOf('code_sends', { sends10m: settings } as LimitSettings)[0]?.limit;

  it('may be tighter, and wider up to the ceiling', () => {
    for (const [own, limit] of [
      [1, 1],
      [2.9, 2],
      [4, 4],
      [5, 5],
      [6, 5],
      [1e9, 5],
      [0, 1],
      [-7, 1],
      [0.5, 1],
    ] as const)
      expect(limitOf(own), String(own)).to.equal(limit);
  });

  it('are ours where an org’s document holds anything else', () => {
    for (const nothing of [null, undefined]) expect(windowsOf('code_sends', nothing)[0]?.limit).to.equal(3);
    for (const garbage of [Number.NaN, Number.POSITIVE_INFINITY, '1', '', null, undefined, [], [1], {}, true, 1n])
      expect(limitOf(garbage), String(garbage)).to.equal(3);
  });

  it('leave other windows and names that nobody knows alone', () => {
    const [, hour, day] = windowsOf('code_sends', { sends10m: 1, nonsense: 1, __proto__: 1 } as LimitSettings);
    expect([hour?.limit, day?.limit]).to.deep.equal([5, 10]);
  });
});
