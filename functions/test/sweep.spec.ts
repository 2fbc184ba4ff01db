import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Contact } from '../src/contacts/contact.js';
import { SWEEP_PAGE } from '../src/maintenance/sweep-policy.js';
import type { SweepReport } from '../src/maintenance/sweep-service.js';
import { REGISTRATION_LEASE_MS, UNDOING_LEASE_MS } from '../src/users/registration-policy.js';
import type { ReservationKey } from '../src/users/reservation-record.js';
import { type UserId, userId } from '../src/users/user-id.js';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { atOnce } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { InvariantChecker } from './support/invariants.js';
import { Killable, type KillableRequest, someKillsOf } from './support/killable.js';
import { newRegistration, type TestUser } from './support/scenario.js';
import { sweepNow } from './support/sweep-now.js';

const REGISTER = '/partner/auth/register';
const NEW_PASSWORD = 'a new one';
const NOTHING = { users: [], profiles: [], reservations: [] };
const TIMEOUT_MS = 240_000;

describeApp('The sweep (R-02, fault matrix 38 to 41 and 43)', (app) => {
  let killable: Killable;
  let checker: InvariantChecker;
  let probe: FirestoreProbe;
  let org: TestOrg;

  before(async () => {
    [killable, checker, probe] = [await Killable.build(), new InvariantChecker(), new FirestoreProbe()];
    // What other suites left behind is not counted here.
    await probe.empty();
  });
  beforeEach(async () => {
    org = await app().provision();
  });
  after(async () => {
    killable.remove();
    await Promise.all([checker.close(), probe.close()]);
  });

  const sweep = (): Promise<SweepReport> => sweepNow(app());

  /** Kills the request at each of its calls. */
  async function killEverywhere(prepare: () => Promise<KillableRequest>): Promise<void> {
    const dry = await killable.run(org, await prepare(), null);
    expect(dry?.status).to.be.oneOf([200, 201]);
    const calls = dry?.calls.length ?? 0;
    await atOnce(2, someKillsOf(calls), async (kill) => {
      expect(await killable.run(org, await prepare(), kill), 'it was not killed').to.equal(null);
    });
  }

  describe('of registrations killed at every call', () => {
    const contacts: Contact[] = [];
    const bodies: { email: string }[] = [];
    let killedIn: TestOrg;
    before(async function () {
      this.timeout(TIMEOUT_MS);
      killedIn = await app().provision();
      org = killedIn;
      await killEverywhere(async () => {
        const body = newRegistration();
        bodies.push(body);
        contacts.push({ kind: 'email', value: body.email }, { kind: 'phone', value: body.phone_number });
        return { path: REGISTER, body };
      });
    });

    it('leaves no orphan once their leases are over, changes nothing after that, and their contacts are free', async function () {
      this.timeout(TIMEOUT_MS);
      app().clock.advance(REGISTRATION_LEASE_MS);
      // Two at the same time do no harm.
      const reports = await Promise.all([sweep(), sweep()]);
      const orphans = await checker.orphans(killedIn, contacts);
      console.log(`${bodies.length} registers, all but one killed, swept:`, reports, orphans);
      expect(orphans).to.deep.equal(NOTHING);
      const swept = await checker.read(killedIn, contacts);
      expect((await sweep()).registrations).to.include({ done: 0, failed: 0 });
      expect(await checker.read(killedIn, contacts)).to.deep.equal(swept);
      await atOnce(2, bodies, async (body) => {
        const isUser = swept.profiles.some(({ email }) => email === body.email);
        expectStatus(await app().api.post(killedIn, REGISTER, body), isUser ? 409 : 201);
      });
      expect(await checker.orphans(killedIn, contacts)).to.deep.equal(NOTHING);
    });
  });

  /** As registrations that died just before their profile. */
  async function abandon(count: number): Promise<UserId[]> {
    const pool = { id: org.org.orgId, tenantId: org.org.tenantId };
    const leaseUntil = new Date(app().clock.now() + REGISTRATION_LEASE_MS);
    const uids = Array.from({ length: count }, () => userId.generate());
    await atOnce(5, uids, async (uid) => {
      const keys = [`swept-${randomUUID()}`, `swept-${randomUUID()}`] as ReservationKey[];
      await app().ports.reservations.reserve({ pool, uid, state: 'reserved', fingerprint: 'f', keys, leaseUntil });
      await app().ports.identities.create(pool, { uid, email: `${randomUUID()}@example.com`, password: 'secret' });
    });
    app().clock.advance(REGISTRATION_LEASE_MS);
    return uids;
  }

  it('undoes more than a page, and goes on after a failure in the middle', async () => {
    const uids = await abandon(SWEEP_PAGE / 2 + 10);
    let deletions = 0;
    app().backends.fault = async (call, proceed) => {
      if (call.backend === 'identity-platform') deletions += 1;
      // A whole backend fails, beginning in the middle.
      if (call.backend === 'identity-platform' && deletions > 20) throw new TypeError('fetch failed');
      return proceed();
    };
    const first = (await sweep()).registrations;
    app().backends.fault = undefined;
    expect(first.done).to.equal(20);
    expect(first.failed).to.equal(uids.length - first.done);
    app().clock.advance(UNDOING_LEASE_MS);
    expect((await sweep()).registrations).to.include({ done: uids.length - first.done, failed: 0 });
    expect(await checker.orphans(org, [])).to.deep.equal(NOTHING);
  }).timeout(TIMEOUT_MS);

  describe('of password changes killed at every call', () => {
    const changes: Record<string, (user: TestUser, session: string) => Promise<KillableRequest>> = {
      reset: async (user) => {
        const code = await app().scenario.sendResetCode(org, user);
        const body = { email: user.email, code, new_password: NEW_PASSWORD };
        return { path: '/partner/auth/forgot-password/reset', body };
      },
      'change-password': async (user, session) => {
        const body = { current_password: user.password, new_password: NEW_PASSWORD };
        return { path: '/partner/auth/change-password', body, session };
      },
    };

    for (const [name, prepare] of Object.entries(changes))
      it(`${name}: leaves no session of the old password, nor the code for one`, async () => {
        const { scenario } = app();
        const users: TestUser[] = [];
        await killEverywhere(async () => {
          const user = await scenario.register(org);
          const request = await prepare(user, await scenario.logIn(org, user));
          users.push(user);
          return request;
        });
        // A login that slipped in between: its code was issued, and its session begun, just before the password was set.
        const pending = await probe.revocationsOf(org.org.orgId);
        expect(pending, 'intents').not.to.deep.equal([]);
        const slipped = await Promise.all(users.map((user) => slipIn(user)));
        app().clock.advance(REGISTRATION_LEASE_MS);
        await sweep();
        expect(await probe.revocationsOf(org.org.orgId), 'intents').to.deep.equal([]);
        for (const [index, user] of users.entries()) {
          const live = await scenario.isLive(org, slipped[index] ?? '');
          expect(live, 'the session that slipped in').to.equal(!pending.includes(user.userId));
        }
        expect((await sweep()).passwords).to.include({ done: 0, failed: 0 });
      }).timeout(TIMEOUT_MS);

    /** With whichever password is the right one by now. */
    async function slipIn(user: TestUser): Promise<string> {
      const { api, scenario } = app();
      const { phone_number } = user;
      const { status } = await api.post(org, '/partner/auth/login', { phone_number, password: NEW_PASSWORD });
      const password = status === 200 ? NEW_PASSWORD : user.password;
      return scenario.logIn(org, { ...user, password }, 'email');
    }
  });
});
