import { UnsecuredJWT } from 'jose';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { composeServices, composeSweep } from '../../src/compose-services.js';
import type { Contact } from '../../src/contacts/contact.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import { MAIN_POOL } from '../../src/identity/pool.js';
import { BackgroundWork } from '../../src/lib/background-work.js';
import { HOUR_MS, SECOND_MS } from '../../src/lib/clock.js';
import { jsonLogger } from '../../src/lib/logger.js';
import type { AccountCaller } from '../../src/main-app/account-sessions.js';
import { PhoneOwnership } from '../../src/main-app/phone-ownership.js';
import type { SignedUp, Signup } from '../../src/main-app/signup-service.js';
import { DEFAULT_MAIN_APP } from '../../src/orgs/main-app.js';
import { reservationKey } from '../../src/users/reservation-key.js';
import type { UserId } from '../../src/users/user-id.js';
import { FaultPlan } from './fault-plan.js';
import { checkedRegistration } from './records.js';
import { ScriptedProvider } from './scripted-provider.js';
import { expectCode, INDEX_KEY, ManualClock, TEST_DEPLOYMENT } from './unit-fixtures.js';

const PROJECT = 'demo-gatehouse';
export const CLIENT = { address: '203.0.113.7', agent: null };

/** A checked request to sign up, of an email that nobody has. */
export function checkedSignup(change: Partial<Signup> = {}): Signup {
  const { email, password, first_name, last_name } = checkedRegistration();
  return { email, password, first_name, last_name, ...change };
}

/** A number that nobody has. */
export function checkedPhone(): Contact {
  return checkedRegistration().phone;
}

/** The main app and its users, on memory ports that fail as they are told and a clock that stands still. */
export class MainAppDesk {
  readonly clock = new ManualClock();
  readonly provider = new ScriptedProvider();
  readonly memory = memoryPorts(PROJECT, this.clock);
  readonly faults = new FaultPlan();
  readonly background = new BackgroundWork();
  readonly ports = {
    ...this.memory,
    sender: this.provider,
    identities: this.faults.wrap('identities', this.memory.identities),
    profiles: this.faults.wrap('profiles', this.memory.profiles),
    reservations: this.faults.wrap('reservations', this.memory.reservations),
    sessions: this.faults.wrap('sessions', this.memory.sessions),
  };
  readonly services = composeServices(this.ports, {
    ...TEST_DEPLOYMENT,
    clock: this.clock,
    background: this.background,
  });
  readonly phones = new PhoneOwnership({
    ...this.ports,
    ...this.services,
    clock: this.clock,
    indexKey: INDEX_KEY,
  });

  signUp(signup = checkedSignup(), attempt = freshAttempt()): Promise<SignedUp> {
    return this.services.signup.signUp(signup, { client: CLIENT, attempt, locale: 'en' });
  }

  /** Somebody new, as the token of the session shows that signing up has opened. */
  async enroll(): Promise<AccountCaller> {
    return this.authenticate((await this.signUp()).token.token);
  }

  authenticate(token: string): Promise<AccountCaller> {
    return this.services.accountSessions.authenticate(token);
  }

  /** Answers a token. */
  async logIn({ email, password }: Pick<Signup, 'email' | 'password'>): Promise<string> {
    const { accountLogin } = this.services;
    return (await accountLogin.logIn(email, password, { client: CLIENT, attempt: freshAttempt() })).token.token;
  }

  /** Changes the password by the current one. */
  async changePassword(token: string, currentPassword: string, newPassword: string): Promise<void> {
    const { session, user } = await this.authenticate(token);
    const change = { currentPassword, newPassword, user };
    await this.services.passwords.change(DEFAULT_MAIN_APP, session, CLIENT, change);
  }

  async expectOver(token: string): Promise<void> {
    await expectCode(this.authenticate(token), 'invalid_session');
  }

  /** A token as the client SDK has it. Times are in milliseconds; it lives an hour. */
  idToken(uid: UserId, signedInAt = this.clock.now(), provider = 'password'): string {
    return new UnsecuredJWT({
      auth_time: Math.floor(signedInAt / SECOND_MS),
      firebase: { identities: {}, sign_in_provider: provider },
    })
      .setIssuer(`https://securetoken.google.com/${PROJECT}`)
      .setAudience(PROJECT)
      .setSubject(uid)
      .setIssuedAt(new Date(this.clock.now()))
      .setExpirationTime(new Date(this.clock.now() + HOUR_MS))
      .encode();
  }

  /** What was sent last to a contact. */
  codeTo({ value }: Contact): string {
    const sent = this.provider.handed.map(({ message }) => message);
    return sent.findLast(({ to, code }) => to === value && code !== null)?.code ?? '';
  }

  /** The user as Identity Platform has it. */
  identity(uid: UserId) {
    return this.memory.identities.find(MAIN_POOL, uid);
  }

  /** Whether Identity Platform takes a password. */
  async knows({ email, password }: Signup): Promise<boolean> {
    return (await this.memory.identities.checkPassword(MAIN_POOL, email.value, password)).outcome === 'accepted';
  }

  /** What is reserved of a contact. */
  async reserved(contact: Contact) {
    return this.memory.reservations.find([reservationKey(INDEX_KEY, MAIN_POOL, contact)]);
  }

  /** Asks for a reset code, and sends it. */
  async sendReset(email: Contact): Promise<void> {
    await this.services.passwords.sendResetCode(DEFAULT_MAIN_APP, email);
    await this.work();
  }

  reset(email: Contact, code: string, newPassword = 'a new password') {
    return this.services.passwords.reset(DEFAULT_MAIN_APP, email, code, newPassword);
  }

  /** Works off what is queued, and answers to whom a notice of a changed contact has gone so far. */
  async work(): Promise<string[]> {
    await this.memory.queue.drain((payload) => this.services.jobs.run(payload));
    const sent = this.provider.handed.map(({ message }) => message);
    return sent.flatMap(({ purpose, to }) => (purpose === 'contact_changed' ? [to] : []));
  }

  sweep() {
    return composeSweep(
      this.memory,
      this.services,
      jsonLogger(() => {}),
      this.clock,
    ).run();
  }
}
