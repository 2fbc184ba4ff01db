import { expect } from 'chai';
import { type ApiResponse, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { atOnce } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { type Kill, Killable, type KillableRequest, someKillsOf } from './support/killable.js';
import type { TestUser } from './support/scenario.js';

const NEW_PASSWORD = 'a new one';
const AT_ONCE = 2;
const TIMEOUT_MS = 240_000;

/** A user with a session from before, and the request that is to be killed. */
interface Prepared {
  readonly user: TestUser;
  readonly session: string;
  readonly request: KillableRequest;
}

type Prepare = () => Promise<Prepared>;

describeApp('Logins and password changes that are killed (R-02, fault matrix 42 and 43)', (app) => {
  const rows: Record<string, Record<string, string | number | boolean>> = {};
  let killable: Killable;
  let probe: FirestoreProbe;
  let org: TestOrg;

  before(async () => {
    killable = await Killable.build();
    probe = new FirestoreProbe();
    org = await app().provision();
  });
  after(async () => {
    console.table(rows);
    killable.remove();
    await probe.close();
  });

  const newUser = async () => {
    const user = await app().scenario.register(org);
    return { user, session: await app().scenario.logIn(org, user) };
  };
  const verify: Prepare = async () => {
    const { user, session } = await newUser();
    const code = await app().scenario.sendLoginCode(org, user);
    return { user, session, request: { path: '/partner/auth/verify-otp', body: { email: user.email, code } } };
  };
  const reset: Prepare = async () => {
    const { user, session } = await newUser();
    const code = await app().scenario.sendResetCode(org, user);
    const body = { email: user.email, code, new_password: NEW_PASSWORD };
    return { user, session, request: { path: '/partner/auth/forgot-password/reset', body } };
  };
  const change: Prepare = async () => {
    const { user, session } = await newUser();
    const kept = await app().scenario.logIn(org, user, 'phone_number');
    const body = { current_password: user.password, new_password: NEW_PASSWORD };
    return { user, session, request: { path: '/partner/auth/change-password', body, session: kept } };
  };

  /** Kills the request at each of its calls, and looks at what each death leaves. */
  async function killEverywhere(
    name: string,
    prepare: Prepare,
    look: (killed: Killed) => Promise<void>,
  ): Promise<void> {
    const dry = await killable.run(org, (await prepare()).request, null);
    expect(dry?.status, name).to.equal(200);
    const calls = dry?.calls ?? [];
    await atOnce(AT_ONCE, someKillsOf(calls.length), async (kill) => {
      const prepared = await prepare();
      expect(await killable.run(org, prepared.request, kill), 'it was not killed').to.equal(null);
      await look({ ...prepared, kill, what: `${name}: ${kill.moment} ${kill.call + 1} ${calls[kill.call]}` });
    });
  }

  it('verify-otp: the code opened one session or none, and the user logs in again', async () => {
    await killEverywhere('verify-otp', verify, async ({ user, request, what }) => {
      const opened = (await sessionsOf(user)) - 1;
      const again = await app().api.post(org, request.path, request.body);
      rows[what] = { sessions: opened, 'same request': again.status };
      expect(again.status, again.text).to.be.oneOf([200, 400]);
      expect(opened + (again.status === 200 ? 1 : 0), `${what}: sessions by one code`).to.be.at.most(1);
      await app().scenario.logIn(org, user, 'phone_number');
    });
  }).timeout(TIMEOUT_MS);

  it('reset: no session from before lives beside the new password, and the user logs in', async () => {
    await killEverywhere('reset', reset, lookAtPassword);
  }).timeout(TIMEOUT_MS);

  it('change-password: no other session from before lives beside the new password, and the user logs in', async () => {
    await killEverywhere('change-password', change, lookAtPassword);
  }).timeout(TIMEOUT_MS);

  async function lookAtPassword({ user, session, what }: Killed): Promise<void> {
    const live = await app().scenario.isLive(org, session);
    // By the other contact: the limit of codes to this one is not what is tried here.
    const [byOld, byNew] = await Promise.all([logIn(user, user.password), logIn(user, NEW_PASSWORD)]);
    rows[what] = { 'old session': live, 'old password': byOld.status, 'new password': byNew.status };
    expect([byOld.status, byNew.status], `${what}: passwords`).to.have.members([200, 401]);
    if (byNew.status === 200) expect(live, `${what}: an old session beside the new password`).to.equal(false);
    const code = app().outbox.messages.findLast(({ to }) => to === user.phone_number)?.code ?? '';
    expectStatus(await app().scenario.verify(org, user, code, 'phone_number'), 200);
  }

  function logIn({ phone_number }: TestUser, password: string): Promise<ApiResponse> {
    return app().api.post(org, '/partner/auth/login', { phone_number, password });
  }

  async function sessionsOf({ userId }: TestUser): Promise<number> {
    return (await probe.sessionsOf(org.org.orgId, userId)).length;
  }
});

interface Killed extends Prepared {
  readonly kill: Kill;
  readonly what: string;
}
