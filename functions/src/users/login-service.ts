import { randomUUID } from 'node:crypto';
import { codeRules } from '../codes/code-policy.js';
import type { CodeService } from '../codes/code-service.js';
import type { Contact } from '../contacts/contact.js';
import type { DeliveryService } from '../delivery/delivery-service.js';
import { InvalidCodeError, InvalidCredentialsError, UserInactiveError } from '../errors/gatehouse-error.js';
import type { IdentityProvider, PasswordOutcome } from '../identity/identity-provider.js';
import type { OrgPool } from '../identity/pool.js';
import { CODE_SENDS, PASSWORD_TRIES } from '../limits/limit-policy.js';
import type { Limiter } from '../limits/limiter.js';
import { type OrgRecord, orgPool } from '../orgs/org-record.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { SessionService } from '../sessions/session-service.js';
import type { SessionToken } from '../sessions/session-tokens.js';
import type { UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';
import { contactSubject, otherContact } from './user-subjects.js';

interface LoginDependencies {
  readonly users: UserStore;
  readonly identities: IdentityProvider;
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly delivery: DeliveryService;
  readonly limiter: Limiter;
}

/** What the caller may show next to "enter your code". Seconds. */
export interface CodeSent {
  readonly uid: string;
  readonly expiresInSeconds: number;
}

const LOGIN_LIMITS = [...CODE_SENDS, ...PASSWORD_TRIES];

/** Login in two steps: a password sends a code, the code opens a session. */
export class LoginService {
  constructor(private readonly deps: LoginDependencies) {}

  /** @throws InvalidCredentialsError, RateLimitedError, DeliveryFailedError, UnavailableError */
  async start(org: OrgRecord, contact: Contact, password: string): Promise<CodeSent> {
    const pool = orgPool(org);
    const counting = this.deps.limiter.count(['login', pool.id, contactSubject(contact)], LOGIN_LIMITS);
    const [{ reservation, exceeded }, { user, check }] = await Promise.all([
      counting,
      this.checkPassword(pool, contact, password),
    ]);
    const tries = exceeded.filter(({ name }) => PASSWORD_TRIES.some((window) => window.name === name));
    if (tries.length > 0) return this.deps.limiter.refuse(reservation, LOGIN_LIMITS, tries);
    // A user who was never wholly registered, or who is not active, has no profile here to match the uid of the password.
    if (check.outcome === 'refused' || user === null || user.uid !== check.uid || user.status !== 'active') {
      await this.deps.limiter.giveBack(reservation, CODE_SENDS);
      throw new InvalidCredentialsError();
    }
    // Only now: to a wrong password, a full limit of codes would tell that somebody has the contact.
    if (exceeded.length > 0) return this.deps.limiter.refuse(reservation, LOGIN_LIMITS, exceeded);
    await this.sendCode(org, user, contact);
    return { uid: user.uid, expiresInSeconds: codeRules(org.settings).lifetimeSeconds };
  }

  /** @throws InvalidCodeError, LockedOutError, UserInactiveError, UnavailableError */
  async finish(
    org: OrgRecord,
    contact: Contact,
    code: string,
    client: ClientInfo,
  ): Promise<{ token: SessionToken; user: UserRecord }> {
    const pool = orgPool(org);
    const context = { pool, purpose: 'login', subject: contactSubject(contact), contact } as const;
    const [matched, user] = await Promise.all([
      this.deps.codes.check(context, code),
      this.deps.users.findByContact(pool, contact),
    ]);
    if (user === null || user.uid !== matched.uid) throw new InvalidCodeError();
    if (user.status !== 'active') throw new UserInactiveError();
    const token = await this.deps.sessions.open({ pool, user, code: matched, authMethods: ['pwd', 'otp'], client });
    return { token, user };
  }

  /** Identity Platform checks passwords by email. With a phone number, the email is looked up first. */
  private async checkPassword(
    pool: OrgPool,
    contact: Contact,
    password: string,
  ): Promise<{ user: UserRecord | null; check: PasswordOutcome }> {
    const finding = this.deps.users.findByContact(pool, contact);
    // An unknown phone number is checked as well, under an email that nobody has, so that it takes as long.
    const email =
      contact.kind === 'email' ? contact.value : ((await finding)?.email ?? `${randomUUID()}@unknown.invalid`);
    const [user, check] = await Promise.all([finding, this.deps.identities.checkPassword(pool, email, password)]);
    return { user, check };
  }

  private async sendCode(org: OrgRecord, user: UserRecord, contact: Contact): Promise<void> {
    const rules = codeRules(org.settings);
    const request = {
      pool: orgPool(org),
      purpose: 'login',
      subject: contactSubject(contact),
      siblingSubject: contactSubject(otherContact(user, contact)),
      contact,
      uid: user.uid,
      ...rules,
    } as const;
    const message = {
      to: contact,
      purpose: 'login',
      lifetimeSeconds: rules.lifetimeSeconds,
      orgId: org.orgId,
      senderName: org.name,
    } as const;
    await this.deps.codes.issue(request, (code) => this.deps.delivery.sendNow({ ...message, code }));
  }
}
