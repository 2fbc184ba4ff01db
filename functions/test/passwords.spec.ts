import { expect } from 'chai';
import fc from 'fast-check';
import type { UserId } from '../src/users/user-id.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp, describeMemoryApp, type TestApp } from './support/describe-app.js';
import { dose } from './support/dose.js';
import { BY } from './support/records.js';
import { newRegistration, type TestUser, wrongCode } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

const RESET = '/partner/auth/forgot-password/reset';
const CHANGE = '/partner/auth/change-password';
const LOGIN = '/partner/auth/login';

describeApp('Passwords', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  holdEach(() => app().clock);
  const post = (path: string, body: unknown, session?: string) => app().api.post(org, path, body, session);

  /** Pairs that a shortened, trimmed, folded or normalised comparison takes for the same. */
  const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
    'the first 72 bytes equal': [`${'a'.repeat(72)}right`, `${'a'.repeat(72)}wrong`],
    'one 72 bytes of the other': [`${'a'.repeat(73)}`, 'a'.repeat(72)],
    'multi-byte, 72 bytes equal': [`${'é'.repeat(36)}1`, `${'é'.repeat(36)}2`],
    'four-byte characters, 72 bytes equal': [`${'😀'.repeat(18)}1`, `${'😀'.repeat(18)}2`],
    'different after a NUL': ['before\u0000after', 'before\u0000other'],
    'one ends at the NUL of the other': ['before\u0000after', 'before'],
    'different case': ['Secret pass', 'secret pass'],
    'a space at the end': ['secret ', 'secret'],
    'a space at the beginning': [' secret', 'secret'],
    'the 256th character': [`${'x'.repeat(255)}1`, `${'x'.repeat(255)}2`],
  };

  for (const [name, [password, other]] of Object.entries(PAIRS)) {
    /** @see CVE-2025-22228 bcrypt reads 72 bytes */
    it(`P-02: tells two passwords apart, ${name}`, async () => {
      const user = await app().scenario.register(org, { password });
      expectError(await post(LOGIN, { email: user.email, password: other }), 401, 'invalid_credentials');
      expectStatus(await post(LOGIN, { email: user.email, password }), 200);
      // Set in another way, it is compared in the same way.
      const code = await app().scenario.sendResetCode(org, user);
      expectStatus(await post(RESET, { email: user.email, code, new_password: other }), 200);
      expectError(await post(LOGIN, { email: user.email, password }), 401, 'invalid_credentials');
      expectStatus(await post(LOGIN, { email: user.email, password: other }), 200);
    });
  }

  it('P-02: counts characters, not bytes or UTF-16 units', async () => {
    const register = (password: string) => post('/partner/auth/register', newRegistration({ password }));
    for (const password of ['12345', '😀'.repeat(5), '']) expectError(await register(password), 400, 'invalid_request');
    for (const password of ['123456', '😀'.repeat(6), '😀'.repeat(256)]) expectStatus(await register(password), 201);
    for (const password of ['x'.repeat(257), '😀'.repeat(257)])
      expectError(await register(password), 400, 'invalid_request');
  });

  it('P-04: a wrong current password is 401, is counted, and changes nothing', async () => {
    const { scenario } = app();
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const change = (current_password: string) => post(CHANGE, { current_password, new_password: 'a new one' }, session);
    for (let tried = 1; tried <= 5; tried++) expectError(await change(`guess ${tried}`), 401, 'invalid_credentials');
    // Counted: not even the right one is looked at now, here or at login.
    const login = () => post(LOGIN, { email: user.email, password: user.password });
    for (const ask of [() => change(user.password), login]) {
      const refused = expectError(await ask(), 429, 'locked_out');
      expect(refused.headers.get('retry-after')).to.equal('30');
    }
    expect(await scenario.isLive(org, session)).to.equal(true);
    app().clock.advance(31_000);
    expectStatus(await post(LOGIN, { email: user.email, password: user.password }), 200);
    expectError(await post(LOGIN, { email: user.email, password: 'a new one' }), 401, 'invalid_credentials');
  });

  it('P-04: the new password must differ and keep the rules', async () => {
    const { scenario } = app();
    const user = await scenario.register(org);
    const session = await scenario.logIn(org, user);
    const change = (new_password: string) => post(CHANGE, { current_password: user.password, new_password }, session);
    for (const bad of [user.password, 'short', 'x'.repeat(257)]) expectError(await change(bad), 400, 'invalid_request');
    expectStatus(await post(LOGIN, { email: user.email, password: user.password }), 200);
  });

  /** Six sessions: three codes go to each contact in ten minutes. */
  async function sixSessions(user: TestUser): Promise<string[]> {
    const sessions: string[] = [];
    for (const by of ['email', 'phone_number'] as const)
      for (let count = 0; count < 3; count++) sessions.push(await app().scenario.logIn(org, user, by));
    return sessions;
  }
  const liveOf = (sessions: readonly string[]) => Promise.all(sessions.map((one) => app().scenario.isLive(org, one)));

  it('P-04: changing the password ends 5 of 5 other sessions and a login that waits for its code', async () => {
    const user = await app().scenario.register(org);
    const [own = '', ...others] = await sixSessions(user);
    app().clock.advance(11 * 60_000);
    const code = await app().scenario.sendLoginCode(org, user);
    const body = { current_password: user.password, new_password: 'a new one' };
    expectStatus(await post(CHANGE, body, own), 200);
    expect(await liveOf(others)).to.deep.equal([false, false, false, false, false]);
    expect(await liveOf([own])).to.deep.equal([true]);
    expectError(await app().scenario.verify(org, user, code), 400, 'invalid_code');
    expectError(await post(LOGIN, { email: user.email, password: user.password }), 401, 'invalid_credentials');
    await app().scenario.logIn(org, { ...user, password: 'a new one' });
  });

  it('P-06: a reset opens no session, ends every session, and login still asks for a code', async () => {
    const { scenario, outbox } = app();
    const user = await scenario.register(org);
    const sessions = await sixSessions(user);
    app().clock.advance(11 * 60_000);
    const waiting = await scenario.sendLoginCode(org, user, 'phone_number');
    const code = await scenario.sendResetCode(org, user);
    const response = expectStatus(await post(RESET, { email: user.email, code, new_password: 'a new one' }), 200);
    expect(response.body).to.deep.equal({ message: 'Password updated successfully' });
    expect([...response.headers].flat().join(' ')).not.to.match(/eyJ|ses_|set-cookie/i);
    expect(await liveOf(sessions)).to.deep.equal(sessions.map(() => false));
    expectError(await scenario.verify(org, user, waiting, 'phone_number'), 400, 'invalid_code');
    const login = expectStatus(await post(LOGIN, { email: user.email, password: 'a new one' }), 200);
    expect(login.body).to.deep.equal({ message: 'OTP sent', userId: user.userId });
    // The reset's own code is no login code.
    expectError(await scenario.verify(org, user, code), 400, 'invalid_code');
    expectStatus(await scenario.verify(org, user, outbox.messages.at(-1)?.code ?? ''), 200);
  });
});

const STEPS = ['send code', 'wrong code', 'right code', 'old code', 'without code', 'login code'] as const;
type Step = (typeof STEPS)[number];

/** What the tests know of one user: the codes that were sent, and what the password must be. */
class ResetWalk {
  private sent: string[] = [];
  private live: string | null = null;
  private tries = 0;
  private password: string;
  private passwords = 0;

  constructor(
    private readonly app: TestApp,
    private readonly org: TestOrg,
    private readonly user: TestUser,
    private readonly loginCode: string,
  ) {
    this.password = user.password;
  }

  async take(step: Step): Promise<void> {
    this.passwords += 1;
    if (step === 'send code') await this.send();
    else if (step === 'without code') expectError(await this.reset({}), 400, 'invalid_request');
    else await this.tryCode(this.codeFor(step));
  }

  /** Asked of Identity Platform itself: login has limits of its own. */
  async assertPassword(path: string): Promise<void> {
    const pool = { id: this.org.org.orgId, tenantId: this.org.org.tenantId };
    const right = await this.app.ports.identities.checkPassword(pool, this.user.email, this.password);
    expect(right.outcome, `the password after ${path}`).to.equal('accepted');
  }

  private async send(): Promise<void> {
    if (this.sent.length === 3) {
      const body = { email: this.user.email };
      expectError(
        await this.app.api.post(this.org, '/partner/auth/forgot-password/send-otp', body),
        429,
        'rate_limited',
      );
      return;
    }
    this.live = await this.app.scenario.sendResetCode(this.org, this.user);
    this.sent.push(this.live);
    this.tries = 0;
  }

  private codeFor(step: Step): string {
    const newest = this.sent.at(-1) ?? '0000000000';
    if (step === 'right code') return newest;
    if (step === 'login code') return this.loginCode;
    return step === 'old code' ? (this.sent.at(-2) ?? wrongCode(newest, 7)) : wrongCode(newest);
  }

  private async tryCode(code: string): Promise<void> {
    this.tries += 1;
    const legal = this.live === code && this.tries <= 5;
    const response = await this.reset({ code });
    if (!legal) {
      expect(response.status, response.text).to.be.oneOf([400, 429]);
      return;
    }
    expectStatus(response, 200);
    this.password = this.newPassword();
    this.live = null;
  }

  private reset(fields: { code?: string }): Promise<ApiResponse> {
    return this.app.api.post(this.org, RESET, { email: this.user.email, new_password: this.newPassword(), ...fields });
  }

  private newPassword(): string {
    return `password ${this.passwords}`;
  }
}

async function walk(app: TestApp, org: TestOrg, steps: readonly Step[]): Promise<void> {
  const user = await app.scenario.register(org);
  const taken: Step[] = [];
  const reset = new ResetWalk(app, org, user, await app.scenario.sendLoginCode(org, user));
  for (const step of steps) {
    taken.push(step);
    await reset.take(step);
    await reset.assertPassword(taken.join(', '));
  }
  // The memory stores look through all they hold.
  const { orgId: id, tenantId } = org.org;
  await app.services.userAdmin.delete({ id, tenantId }, user.userId as UserId, BY);
}

/** Every order of steps of a length; shorter ones are their beginnings. */
function* orders(length: number): Generator<readonly Step[]> {
  if (length === 0) yield [];
  else for (const rest of orders(length - 1)) for (const step of STEPS) yield [...rest, step];
}

/** @see CVE-2026-18963 a step of the reset flow could be skipped */
describeApp('P-05: a password changes on the one legal path only, on the emulators', (app) => {
  holdEach(() => app().clock);
  const runs = dose(10, 500);
  it(`over ${runs} random orders of up to 6 steps`, async () => {
    const org = await app().provision('Orders', { codeLength: 10 });
    const steps = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, (order) => walk(app(), org, order)),
      { numRuns: runs },
    );
  });
});

/** @see CVE-2026-18963 */
describeMemoryApp('P-05: the same in memory, exhaustively', (app) => {
  holdEach(() => app().clock);
  const length = dose(2, 6);
  it(`over all ${STEPS.length ** length} orders of ${length} steps`, async () => {
    const org = await app().provision('Orders', { codeLength: 10 });
    let walks = 0;
    for (const order of orders(length)) {
      walks += 1;
      await walk(app(), org, order);
    }
    console.log(`      P-05: ${walks} orders, 0 illegal changes`);
  });
});
