import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { IDEMPOTENCY_LEASE_MS } from '../src/idempotency/idempotency-policy.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp, type TestApp } from './support/describe-app.js';
import { atOnce } from './support/dose.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { isReplayed, withKey } from './support/idempotent.js';
import { InvariantChecker } from './support/invariants.js';
import { type Kill, Killable, type KillableRequest, someKillsOf } from './support/killable.js';
import { newRegistration, type TestUser } from './support/scenario.js';

const KEY = 'the key of the dead';
const NEW_PASSWORD = 'a new one';
const AT_ONCE = 2;
const TIMEOUT_MS = 300_000;

/** A request that was killed, and who it is of, where that is known before. */
interface Killed {
  readonly what: string;
  readonly request: KillableRequest;
  readonly user: TestUser | null;
}

type Prepare = () => Promise<Omit<Killed, 'what'>>;
type Row = Record<string, string | number>;

describe('H-05: requests with a key that are killed at each of their calls', () => {
  let killable: Killable;
  before(async () => {
    killable = await Killable.build();
  });
  after(() => killable.remove());

  /** Each with an app of its own: its clock is moved past the leases of the dead, whose clock is the real one. */
  function describeKills(name: string, status: number, body: (tools: () => Tools) => void): void {
    describeApp(name, (app) => {
      const rows: Record<string, Row> = {};
      let tools: Tools;
      before(async () => {
        tools = new Tools(app(), await app().provision(), killable, rows, status);
      });
      after(async () => {
        console.table(rows);
        await tools.close();
      });
      body(() => tools);
    });
  }

  describeKills('register (fault matrix 37 to 41)', 201, (tools) => {
    it('the same key makes the user, once, whatever the dead process had done', async () => {
      const { app, probe, org, rows } = tools();
      const path = '/partner/auth/register';
      const killed = await tools().killEverywhere(async () => ({
        request: { path, body: newRegistration() },
        user: null,
      }));
      const checker = new InvariantChecker();
      for (const { what, request } of killed) {
        const answer = expectStatus(await tools().ask(request), 201);
        const { email, phone_number, password } = request.body as TestUser;
        const { userId } = answer.body;
        expect(answer.body, what).to.deep.include({ email, phone_number });
        expect(await probe.profilesWith(org.org.orgId, 'email', email), what).to.deep.equal([userId]);
        const { identities } = await checker.read(org, []);
        expect(
          identities.filter((one) => one.email === email).map(({ uid }) => uid),
          what,
        ).to.deep.equal([userId]);
        rows[what] = { ...rows[what], 'same key': answer.status, replayed: String(isReplayed(answer)) };
        await app.scenario.logIn(org, { userId, email, phone_number, password });
        expect((await tools().ask(request)).text).to.equal(answer.text);
      }
      await checker.close();
    }).timeout(TIMEOUT_MS);
  });

  describeKills('verify-otp (fault matrix 19 and 42, O-13)', 200, (tools) => {
    it('the same key finishes with the session of the dead process, another key gets nothing', async () => {
      const { app, probe, org, rows } = tools();
      const sessionsOf = (user: TestUser | null) => probe.sessionIdsOf(org.org.orgId, user?.userId ?? '');
      const killed = await tools().killEverywhere(async () => {
        const user = await app.scenario.register(org);
        const code = await app.scenario.sendLoginCode(org, user);
        return { user, request: { path: '/partner/auth/verify-otp', body: { email: user.email, code } } };
      });
      for (const { what, request, user } of killed) {
        const before = await sessionsOf(user);
        expect(before.length, what).to.be.at.most(1);
        if (before.length === 1) expectError(await tools().ask(request, 'another key'), 400, 'invalid_code');
        const answer = expectStatus(await tools().ask(request), 200);
        const sid = decodeJwt(answer.body.sessionToken)['sid'];
        if (before.length === 1) expect(before, what).to.deep.equal([sid]);
        expect(await sessionsOf(user), what).to.deep.equal([sid]);
        expect(await app.scenario.isLive(org, answer.body.sessionToken), what).to.equal(true);
        rows[what] = { ...rows[what], 'sessions of the dead': before.length, 'same key': answer.status };
        expectError(await tools().ask(request, 'a third key'), 400, 'invalid_code');
      }
      expect(new Set(Object.values(rows).map((row) => row['sessions of the dead'])), 'both were met').to.have.length(2);
    }).timeout(TIMEOUT_MS);
  });

  describeKills('reset', 200, (tools) => {
    it('the same key sets the password, or the code is used up and another one does', async () => {
      const { app, org, rows } = tools();
      const killed = await tools().killEverywhere(async () => {
        const user = await app.scenario.register(org);
        const code = await app.scenario.sendResetCode(org, user);
        const body = { email: user.email, code, new_password: NEW_PASSWORD };
        return { user, request: { path: '/partner/auth/forgot-password/reset', body } };
      });
      for (const { what, request, user } of killed) {
        if (user === null) throw new Error('everybody here has a user');
        const answer = await tools().ask(request);
        rows[what] = { ...rows[what], 'same key': answer.status };
        if (answer.status !== 200) {
          expectError(answer, 400, 'invalid_code');
          // By the other contact: the limit of codes to this one is not what is tried here.
          const code = await app.scenario.sendResetCode(org, user, 'phone_number');
          const body = { phone_number: user.phone_number, code, new_password: NEW_PASSWORD };
          expectStatus(await app.api.post(org, request.path, body), 200);
        }
        await app.scenario.logIn(org, { ...user, password: NEW_PASSWORD });
      }
      const answers = Object.values(rows).map((row) => row['same key']);
      expect(new Set(answers), 'both were met').to.have.length(2);
    }).timeout(TIMEOUT_MS);
  });
});

class Tools {
  readonly probe = new FirestoreProbe();

  constructor(
    readonly app: TestApp,
    readonly org: TestOrg,
    private readonly killable: Killable,
    readonly rows: Record<string, Row>,
    private readonly status: number,
  ) {}

  ask({ path, body }: KillableRequest, key = KEY): Promise<ApiResponse> {
    // Each request has contacts of its own, and so a key of its own.
    return this.app.api.request(path, withKey({ org: this.org, body }, keyOf(body, key)));
  }

  /** Kills a request at each call of its own; looks at what the key says while its lease runs; waits until it is over. */
  async killEverywhere(prepare: Prepare): Promise<Killed[]> {
    const dry = await this.killable.run(this.org, withOwnKey((await prepare()).request), null);
    expect(dry?.status).to.equal(this.status);
    const calls = dry?.calls ?? [];
    expect(calls).to.include.members(['firestore.idempotency.create', 'firestore.idempotency.settle']);
    const killed = await atOnce(AT_ONCE, someKillsOf(calls.length), async (kill) =>
      this.killAt(kill, calls, await prepare()),
    );
    this.app.clock.advance(IDEMPOTENCY_LEASE_MS + 1);
    return killed;
  }

  private async killAt(kill: Kill, calls: readonly string[], prepared: Omit<Killed, 'what'>): Promise<Killed> {
    const { request } = prepared;
    expect(await this.killable.run(this.org, withOwnKey(request), kill), 'it was not killed').to.equal(null);
    const begun = calls.indexOf('firestore.idempotency.create');
    const what = `${kill.moment} ${kill.call + 1} ${calls[kill.call]}`;
    const isBegun = kill.call > begun || (kill.call === begun && kill.moment === 'after');
    const isKept = kill.call === calls.length - 1 && kill.moment === 'after';
    const whileLeased = isBegun ? await this.ask(request) : null;
    if (whileLeased !== null && !isKept) expectError(whileLeased, 409, 'request_in_progress');
    if (whileLeased !== null && isKept) expect(isReplayed(expectStatus(whileLeased, this.status))).to.equal(true);
    this.rows[what] = { 'in its lease': whileLeased?.status ?? '' };
    return { ...prepared, what };
  }

  close(): Promise<void> {
    return this.probe.close();
  }
}

function withOwnKey(request: KillableRequest): KillableRequest {
  return { ...request, headers: { 'idempotency-key': keyOf(request.body, KEY) } };
}

function keyOf(body: unknown, key: string): string {
  return `${key} ${(body as TestUser).email}`;
}
