import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import { MainAppDesk } from '../../test/support/main-app-desk.js';
import { expectCode, newPool } from '../../test/support/unit-fixtures.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../identity/pool.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../lib/clock.js';
import type { SessionRecord } from '../sessions/session-record.js';
import type { SessionToken } from '../sessions/session-tokens.js';
import { userId } from '../users/user-id.js';
import type { AccountCaller } from './account-sessions.js';

const LIFETIME_MS = 30 * DAY_MS;

describe('AccountSessions, of our own', () => {
  let desk: MainAppDesk;
  let ada: AccountCaller;
  let begun: number;
  beforeEach(async () => {
    desk = new MainAppDesk();
    begun = desk.clock.now();
    ada = await desk.enroll();
  });

  const open = (caller = ada, attempt = freshAttempt()) => {
    const by = { client: { address: null, agent: null }, attempt };
    return desk.services.accountSessions.open(caller.user, new Date(desk.clock.now()), by);
  };
  /** A token of the session that is an hour away from its end, whenever that is. */
  const tokenOf = ({ session, user }: AccountCaller): Promise<SessionToken> =>
    desk.services.sessions.renew(session, MAIN_POOL, user, []);
  const expectOver = (token: SessionToken) => expectCode(desk.authenticate(token.token), 'invalid_session');

  it('are known with their user, in one hop', async () => {
    const { token } = await open();
    desk.faults.clear();
    const authenticating = desk.authenticate(token);
    const { session, user, isWritten } = await authenticating;
    expect(desk.faults.calls).to.deep.equal(['sessions.find', 'identities.find']);
    expect([session.uid, user, isWritten]).to.deep.equal([ada.user.uid, ada.user, true]);
  });

  it('live for 30 days, token by token, and not a millisecond longer', async () => {
    desk.clock.advance(begun + LIFETIME_MS - 1 - desk.clock.now());
    const last = await tokenOf(ada);
    expect(last.expiresAt, 'no token is said to outlive its session').to.equal(begun + LIFETIME_MS);
    const refreshed = await desk.services.accountSessions.refresh(await desk.authenticate(last.token));
    expect(refreshed.expiresAt).to.equal(begun + LIFETIME_MS);
    await desk.authenticate(refreshed.token);
    desk.clock.advance(1);
    for (const token of [last, refreshed, await tokenOf(ada)]) await expectOver(token);
    await expectCode(desk.services.accountSessions.refresh(ada), 'invalid_session');
  });

  it('stay the same when they are refreshed, and nothing is written', async () => {
    desk.faults.clear();
    const { token } = await desk.services.accountSessions.refresh(ada);
    expect(desk.faults.calls).to.deep.equal([]);
    expect((await desk.authenticate(token)).session).to.deep.equal(ada.session);
  });

  it('end alone, when they are ended', async () => {
    const [one, other] = [await open(), await open()];
    await desk.services.accountSessions.end(await desk.authenticate(one.token));
    await expectOver(one);
    await desk.authenticate(other.token);
  });

  it('end with their user: disabled or deleted', async () => {
    const token = await open();
    await desk.memory.identities.setDisabled(MAIN_POOL, ada.user.uid, true);
    await expectOver(token);
    await expectCode(open(), 'invalid_credentials');
    await expectCode(desk.services.accountSessions.refresh(ada), 'invalid_session');
    await desk.memory.identities.setDisabled(MAIN_POOL, ada.user.uid, false);
    await desk.authenticate(token.token);
    await desk.memory.identities.delete(MAIN_POOL, ada.user.uid);
    await expectOver(token);
    await expectCode(open(), 'invalid_credentials');
  });

  it('end with what Identity Platform ends: those opened before, to the second', async () => {
    desk.clock.advance(HOUR_MS);
    const old = await open();
    const ended = desk.clock.now() + SECOND_MS;
    await desk.memory.identities.endSignIns(MAIN_POOL, ada.user.uid, new Date(ended));
    desk.clock.advance(SECOND_MS);
    const next = await open();
    await expectOver(old);
    await desk.authenticate(next.token);
  });

  it('are none where the document is another user’s, of another pool, of no sign-in, or gone', async () => {
    const { token } = await open();
    const { session } = await desk.authenticate(token);
    await desk.memory.identities.endSignIns(MAIN_POOL, ada.user.uid, new Date(0));
    const changes: readonly (Partial<SessionRecord> | null)[] = [
      { uid: userId.generate() },
      { poolId: newPool().id },
      { revokedAt: new Date(0) },
      { signedInAt: null },
      null,
    ];
    for (const change of changes) {
      desk.memory.sessions.find = async () => (change === null ? null : { ...session, ...change });
      await expectCode(desk.authenticate(token), 'invalid_session');
    }
  });

  it('are opened once, however often the same request is tried', async () => {
    const attempt = freshAttempt();
    const first = await desk.authenticate((await open(ada, attempt)).token);
    desk.faults.clear();
    const again = await Promise.all(times(20, () => open(ada, { ...attempt, resumed: true })));
    expect(new Set(desk.faults.calls), 'nothing is written').to.deep.equal(new Set(['sessions.find']));
    for (const { token } of again) expect((await desk.authenticate(token)).session).to.deep.equal(first.session);
  });

  it('are unavailable where the document or the user can’t be had: nobody is let in', async () => {
    const { token } = await open();
    for (const index of [0, 1]) {
      desk.faults.failCalls({ [index]: 'before' });
      await expectCode(desk.authenticate(token), 'unavailable');
      desk.faults.clear();
    }
  });
});
