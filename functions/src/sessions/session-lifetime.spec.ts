import { expect } from 'chai';
import { CLIENT, SessionHouse } from '../../test/support/session-house.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { SESSION_TOKEN_LIFETIME_MS, unrefreshedLifetimeMs } from './session-policy.js';

const SHORT_SECONDS = 300;

describe('The lifetime of a session', () => {
  let house: SessionHouse;
  beforeEach(async () => {
    house = new SessionHouse();
    await house.enroll();
  });

  async function open(seconds: number) {
    const { pool, user } = house;
    const attempt = freshAttempt();
    const code = await house.matchedCode();
    const lifetimeMs = unrefreshedLifetimeMs(seconds);
    const opening = { pool, user, code, authMethods: [], client: CLIENT, attempt, lifetimeMs };
    return { attempt, token: await house.service.open(opening) };
  }

  it('is at most as long as the org wants it, to the millisecond', async () => {
    const { token } = await open(SHORT_SECONDS);
    house.clock.advance(SHORT_SECONDS * 1_000 - 1);
    await house.check(token.token);
    house.clock.advance(1);
    await expectCode(house.check(token.token), 'invalid_session');
  });

  it('is told, though its token could live longer, and told again to a second try', async () => {
    const end = house.clock.now() + SHORT_SECONDS * 1_000;
    const { attempt, token } = await open(SHORT_SECONDS);
    expect(token.expiresAt).to.equal(end);
    house.clock.advance(60_000);
    const again = await house.service.reopen(house.pool, house.user, { ...attempt, resumed: true }, []);
    expect(again?.expiresAt).to.equal(end);
  });

  it('is the token’s where the org allows more', async () => {
    const { token } = await open(SESSION_TOKEN_LIFETIME_MS / 1_000 + 1);
    house.clock.advance(SESSION_TOKEN_LIFETIME_MS - 1);
    expect((await house.check(token.token)).expiresAt.getTime()).to.equal(house.clock.now() + 1);
  });

  it('ends where the shorter of the two does', () => {
    const hour = SESSION_TOKEN_LIFETIME_MS;
    for (const [seconds, milliseconds] of [
      [hour / 1_000 - 1, hour - 1_000],
      [hour / 1_000, hour],
      [30 * 24 * 3_600, hour],
    ] as const)
      expect(unrefreshedLifetimeMs(seconds)).to.equal(milliseconds);
  });
});
