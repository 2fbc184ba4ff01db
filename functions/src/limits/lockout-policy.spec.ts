import { expect } from 'chai';
import { backOffMs, FAILURE_CEILING, lockoutStanding } from './lockout-policy.js';

describe('lockout policy', () => {
  /** Failures in a row → seconds of pause: security.md, "soft back-off from the 5th (30 s doubling to 1 h)". */
  const BACK_OFF: readonly [failures: number, seconds: number][] = [
    [0, 0],
    [1, 0],
    [4, 0],
    [5, 30],
    [6, 60],
    [7, 120],
    [8, 240],
    [9, 480],
    [10, 960],
    [11, 1_920],
    [12, 3_600],
    [13, 3_600],
    [99, 3_600],
    [100, 3_600],
    [10_000, 3_600],
  ];
  for (const [failures, seconds] of BACK_OFF)
    it(`pauses ${seconds} s after ${failures} failures`, () => {
      expect(backOffMs(failures)).to.equal(seconds * 1_000);
    });

  it('keeps to the ceiling of NIST', () => {
    expect(FAILURE_CEILING).to.be.at.most(100);
  });

  it('tells a pause as a limit, its end never too early and less than a second too late', () => {
    for (const [waitMs, resetSeconds] of [
      [1, 1],
      [999, 1],
      [1_000, 1],
      [1_001, 2],
      [30_000, 30],
    ] as const)
      expect(lockoutStanding('password_failures', waitMs)).to.deep.equal({
        name: 'password_failures',
        quota: 5,
        windowSeconds: 3_600,
        remaining: 0,
        resetSeconds,
      });
  });
});
