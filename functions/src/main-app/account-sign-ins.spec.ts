import { expect } from 'chai';
import { times } from '../../test/support/describe-contract.js';
import { MainAppDesk } from '../../test/support/main-app-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { MAIN_POOL } from '../identity/pool.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../lib/clock.js';
import type { UserId } from '../users/user-id.js';
import type { AccountCaller } from './account-sessions.js';

const LIFETIME_MS = 30 * DAY_MS;

describe('AccountSessions, of sign-ins with the client SDK', () => {
  let desk: MainAppDesk;
  let uid: UserId;
  /** A whole second, as Identity Platform tells it. */
  let signedInAt: number;
  beforeEach(async () => {
    desk = new MainAppDesk();
    ({ uid } = (await desk.enroll()).user);
    desk.clock.advance(HOUR_MS);
    signedInAt = desk.clock.now();
  });

  const token = (at = signedInAt) => desk.idToken(uid, at);
  const refresh = (caller: AccountCaller) => desk.services.accountSessions.refresh(caller);
  const expectOver = (one: string) => expectCode(desk.authenticate(one), 'invalid_session');
  /** Sessions of the user that are written down, the one of the sign-up among them. */
  const written = () => desk.memory.sessions.revokeAll(MAIN_POOL, uid, new Date(desk.clock.now()));

  it('are known with their user, in one hop and without a document', async () => {
    desk.faults.clear();
    const { session, user, isWritten } = await desk.authenticate(token());
    expect(desk.faults.calls).to.deep.equal(['sessions.find', 'identities.find']);
    expect(isWritten).to.equal(false);
    expect(session).to.deep.include({ uid, poolId: 'main', signedInAt: new Date(signedInAt), revokedAt: null });
    expect(session.expiresAt.getTime()).to.equal(signedInAt + LIFETIME_MS);
    expect(user.uid).to.equal(uid);
    expect(await written()).to.equal(1);
  });

  it('are sessions of their own: another user’s, or of another second, is another', async () => {
    const other = (await desk.enroll()).user.uid;
    const tokens = [token(), token(signedInAt + SECOND_MS), desk.idToken(other, signedInAt), token()];
    const sids = await Promise.all(tokens.map(async (one) => (await desk.authenticate(one)).session.sid));
    expect(new Set(sids).size).to.equal(3);
    expect(sids[3]).to.equal(sids[0]);
  });

  it('end where Identity Platform has ended them: those before that second', async () => {
    await desk.memory.identities.endSignIns(MAIN_POOL, uid, new Date(signedInAt));
    await desk.authenticate(token());
    await desk.memory.identities.endSignIns(MAIN_POOL, uid, new Date(signedInAt + SECOND_MS));
    await expectOver(token());
    await desk.authenticate(token(signedInAt + SECOND_MS));
  });

  it('end with their user: disabled or deleted', async () => {
    await desk.memory.identities.setDisabled(MAIN_POOL, uid, true);
    await expectOver(token());
    await desk.memory.identities.setDisabled(MAIN_POOL, uid, false);
    await desk.authenticate(token());
    await desk.memory.identities.delete(MAIN_POOL, uid);
    await expectOver(token());
  });

  describe('refreshed here', () => {
    it('are written down once, as one session, however often and by however many at once', async () => {
      const caller = await desk.authenticate(token());
      const tokens = await Promise.all(times(20, () => refresh(caller)));
      tokens.push(await refresh(await desk.authenticate(token())));
      for (const one of tokens) {
        const { session, isWritten } = await desk.authenticate(one.token);
        expect([session, isWritten]).to.deep.equal([caller.session, true]);
      }
      expect(await written(), 'and the one of the sign-up').to.equal(2);
    });

    it('live on by the new token, which can be refreshed as well', async () => {
      const first = await refresh(await desk.authenticate(token()));
      desk.clock.advance(HOUR_MS - 1);
      const second = await refresh(await desk.authenticate(first.token));
      desk.clock.advance(HOUR_MS - 1);
      expect((await desk.authenticate(second.token)).session.createdAt.getTime()).to.equal(signedInAt);
      await expectOver(first.token);
    });

    it('end when Identity Platform ends what they come from', async () => {
      const { token: own } = await refresh(await desk.authenticate(token()));
      await desk.memory.identities.endSignIns(MAIN_POOL, uid, new Date(signedInAt + SECOND_MS));
      await expectOver(own);
      await expectOver(token());
    });

    it('end 30 days after the sign-in, whenever they were refreshed', async () => {
      desk.clock.advance(LIFETIME_MS - 1);
      const last = await refresh(await desk.authenticate(token()));
      expect(last.expiresAt).to.equal(signedInAt + LIFETIME_MS);
      await desk.authenticate(last.token);
      desk.clock.advance(1);
      await expectOver(last.token);
    });

    it('are not, 30 days after the sign-in; what the client SDK goes on with is its own to say', async () => {
      desk.clock.advance(LIFETIME_MS);
      await expectCode(refresh(await desk.authenticate(token())), 'invalid_session');
      expect(await written(), 'nothing was written down').to.equal(1);
    });

    it('are over by either token once their document is revoked, and are not opened again', async () => {
      const caller = await desk.authenticate(token());
      const { token: own } = await refresh(caller);
      await desk.services.sessions.end(caller.session.sid);
      for (const one of [own, token()]) await expectOver(one);
      await refresh(caller).catch(() => {});
      for (const one of [own, token()]) await expectOver(one);
    });

    it('have no new token for a user who was disabled meanwhile', async () => {
      const caller = await desk.authenticate(token());
      await desk.memory.identities.setDisabled(MAIN_POOL, uid, true);
      await expectCode(refresh(caller), 'invalid_session');
      await desk.memory.identities.setDisabled(MAIN_POOL, uid, false);
      await desk.authenticate(token());
    });
  });

  describe('ended here', () => {
    it('end with all others of the user, ours as well; what is opened from then on lives', async () => {
      const own = (await refresh(await desk.authenticate(token()))).token;
      const other = desk.idToken(uid, signedInAt - HOUR_MS);
      await desk.services.accountSessions.end(await desk.authenticate(token()));
      for (const one of [own, other, token()]) await expectOver(one);
      await desk.authenticate(desk.idToken(uid, desk.clock.now()));
    });

    it('end by their refreshed token as by their own', async () => {
      const { token: own } = await refresh(await desk.authenticate(token()));
      await desk.services.accountSessions.end(await desk.authenticate(own));
      for (const one of [own, token()]) await expectOver(one);
    });

    it('touch no other user', async () => {
      const other = (await desk.enroll()).user.uid;
      await desk.services.accountSessions.end(await desk.authenticate(token()));
      await desk.authenticate(desk.idToken(other, signedInAt));
    });
  });
});
