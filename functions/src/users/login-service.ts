import { randomUUID } from 'node:crypto';
import { codeRules } from '../codes/code-policy.js';
import type { CodeService } from '../codes/code-service.js';
import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import type { DeliveryService } from '../delivery/delivery-service.js';
import { senderOf } from '../delivery/message.js';
import { InvalidCodeError, InvalidCredentialsError, UserInactiveError } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import type { IdentityProvider, PasswordOutcome } from '../identity/identity-provider.js';
import type { OrgPool } from '../identity/pool.js';
import { settleBoth } from '../lib/settle.js';
import type { Limiter, LimitUse } from '../limits/limiter.js';
import { type OrgRecord, orgPool } from '../orgs/org-record.js';
import { channelKind } from '../orgs/org-settings.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { SessionService } from '../sessions/session-service.js';
import type { SessionToken } from '../sessions/session-tokens.js';
import type { CountedTry, PasswordGuard } from './password-guard.js';
import { contactsOf, type UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';
import { contactSubject, otherContact } from './user-subjects.js';

interface LoginDependencies {
  readonly users: UserStore;
  readonly identities: IdentityProvider;
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly delivery: DeliveryService;
  readonly limiter: Limiter;
  readonly guard: PasswordGuard;
}

/** What the caller may show next to "enter your code". Seconds. */
export interface CodeSent {
  readonly uid: string;
  readonly expiresInSeconds: number;
}

/** Who brings a code, and in which try. */
export interface CodeBearer {
  readonly client: ClientInfo;
  readonly attempt: Attempt;
}

export interface CompletedLogin {
  readonly token: SessionToken;
  readonly user: UserRecord;
}

/** RFC 8176. */
const AUTH_METHODS = ['pwd', 'otp'];

interface CheckedPassword {
  readonly tried: CountedTry;
  readonly user: UserRecord | null;
  readonly check: PasswordOutcome;
}

/** Login in two steps: a password sends a code, the code opens a session. */
export class LoginService {
  constructor(private readonly deps: LoginDependencies) {}

  /** @throws InvalidCredentialsError, RateLimitedError, LockedOutError, DeliveryFailedError, UnavailableError */
  async start(org: OrgRecord, contact: Contact, password: string, client: ClientInfo): Promise<CodeSent> {
    const sends: LimitUse = { limit: 'code_sends', scope: channelKind(org.settings.loginChannel, contact.kind) };
    const { tried, user, check } = await this.checkPassword(org, contact, password, client, sends);
    await this.deps.guard.admit(tried);
    // A user who was never wholly registered, or who is not active, has no profile here to match the uid of the password.
    if (check.outcome === 'refused' || user === null || user.uid !== check.uid || user.status !== 'active') {
      await this.deps.guard.fail(tried);
      throw new InvalidCredentialsError();
    }
    // Only now: to a wrong password, what right ones have used would tell that somebody has the contact.
    await this.deps.limiter.admit(tried.count, [sends]);
    this.deps.limiter.tell(tried.count, [...tried.account.tries, sends]);
    await settleBoth(this.sendCode(org, user, contact), this.deps.guard.succeed(tried));
    return { uid: user.uid, expiresInSeconds: codeRules(org.settings).lifetimeSeconds };
  }

  /** @throws InvalidCodeError, LockedOutError, UserInactiveError, UnavailableError */
  async finish(org: OrgRecord, contact: Contact, code: string, by: CodeBearer): Promise<CompletedLogin> {
    const pool = orgPool(org);
    const resumed = await this.resume(pool, contact, by.attempt);
    if (resumed !== null) return resumed;
    try {
      return await this.open(org, contact, code, by);
    } catch (error) {
      // The earlier try's commit, held up on its way, may have used the code just now.
      const late = error instanceof InvalidCodeError ? await this.resume(pool, contact, by.attempt) : null;
      if (late === null) throw error;
      return late;
    }
  }

  private async open(org: OrgRecord, contact: Contact, code: string, by: CodeBearer): Promise<CompletedLogin> {
    const pool = orgPool(org);
    const [matched, user] = await Promise.all([
      this.deps.codes.check(contextOf(org, contact), code),
      this.deps.users.findByContact(pool, contact),
    ]);
    if (user === null || user.uid !== matched.uid) throw new InvalidCodeError();
    if (user.status !== 'active') throw new UserInactiveError();
    const { sessionLifetimeSeconds: lifetimeSeconds } = org.settings;
    const opening = { pool, user, code: matched, authMethods: AUTH_METHODS, lifetimeSeconds, ...by };
    const token = await this.deps.sessions.open(opening);
    return { token, user };
  }

  /** What an earlier try of the same request opened: its code is used up, and was right. */
  private async resume(pool: OrgPool, contact: Contact, attempt: Attempt): Promise<CompletedLogin | null> {
    if (!attempt.resumed) return null;
    const user = await this.deps.users.findByContact(pool, contact);
    if (user === null || user.status !== 'active') return null;
    const token = await this.deps.sessions.reopen(pool, user, attempt, AUTH_METHODS);
    return token === null ? null : { token, user };
  }

  /**
   * Identity Platform checks passwords by email, and failures are counted by it. With a phone number, the email is looked
   * up first; an unknown number is checked as well, under an email that nobody has, so that it takes as long.
   */
  private async checkPassword(
    org: OrgRecord,
    contact: Contact,
    password: string,
    client: ClientInfo,
    sends: LimitUse,
  ): Promise<CheckedPassword> {
    const pool = orgPool(org);
    const { guard, identities, users } = this.deps;
    const checking = <T>(account: string, check: () => Promise<T>) =>
      guard.checking(guard.account(org, account, client, contact), [sends], check);
    if (contact.kind === 'email') {
      const both = () =>
        settleBoth(users.findByContact(pool, contact), identities.checkPassword(pool, contact.value, password));
      const { tried, check } = await checking(contact.value, both);
      return { tried, user: check[0], check: check[1] };
    }
    const user = await users.findByContact(pool, contact);
    const email = user?.email ?? `${randomUUID()}@unknown.invalid`;
    const account = user?.email ?? contactSubject(contact);
    return { user, ...(await checking(account, () => identities.checkPassword(pool, email, password))) };
  }

  private async sendCode(org: OrgRecord, user: UserRecord, contact: Contact): Promise<void> {
    const rules = codeRules(org.settings);
    const siblingSubject = contactSubject(otherContact(user, contact));
    const request = { ...contextOf(org, contact), siblingSubject, uid: user.uid, ...rules };
    const message = {
      to: contactsOf(user)[channelKind(org.settings.loginChannel, contact.kind)],
      purpose: request.purpose,
      lifetimeSeconds: rules.lifetimeSeconds,
      ...senderOf(org),
    };
    await this.deps.codes.issue(request, (code) => this.deps.delivery.sendNow({ ...message, code }));
  }
}

function contextOf(org: OrgRecord, contact: Contact) {
  return {
    pool: orgPool(org),
    purpose: 'login',
    subject: contactSubject(contact),
    contact,
    isTestContact: isTestContact(org, contact),
  } as const;
}
