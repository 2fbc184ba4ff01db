import { codeRules } from '../codes/code-policy.js';
import type { CodeService } from '../codes/code-service.js';
import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import type { DeliveryService, SentMessage } from '../delivery/delivery-service.js';
import type { Locale } from '../delivery/locale.js';
import type { CountedSend, SendQuotas } from '../delivery/send-quotas.js';
import { InvalidCodeError, UserInactiveError } from '../errors/gatehouse-error.js';
import { ignoreOutage } from '../errors/ignore-outage.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import type { OrgPool } from '../identity/pool.js';
import type { BackgroundWork } from '../lib/background-work.js';
import type { Clock } from '../lib/clock.js';
import { NOTHING, settleBoth } from '../lib/settle.js';
import type { Limiter } from '../limits/limiter.js';
import type { DeviceLog } from '../notices/device-log.js';
import type { NoticeService } from '../notices/notice-service.js';
import { type OrgRecord, orgPool } from '../orgs/org-record.js';
import { channelKind } from '../orgs/org-settings.js';
import { unrefreshedLifetimeMs } from '../sessions/session-policy.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { SessionService } from '../sessions/session-service.js';
import type { SessionToken } from '../sessions/session-tokens.js';
import { type CodeOrder, orderOf } from './code-order.js';
import type { CodeProof } from './code-proof.js';
import { fallbackOf } from './fallback.js';
import type { PasswordCheck } from './password-check.js';
import type { PasswordGuard } from './password-guard.js';
import { contactsOf, type UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';
import { contactSubject, otherContact } from './user-subjects.js';

interface LoginDependencies {
  readonly users: UserStore;
  readonly check: PasswordCheck<UserRecord>;
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly delivery: DeliveryService;
  readonly limiter: Limiter;
  readonly guard: PasswordGuard;
  readonly quotas: SendQuotas;
  readonly proof: CodeProof;
  readonly devices: DeviceLog;
  readonly notices: NoticeService;
  readonly background: BackgroundWork;
  readonly clock: Clock;
}

/** What the caller may show next to "enter your code". Seconds. */
export interface CodeSent extends SentMessage {
  readonly uid: string;
  readonly expiresInSeconds: number;
}

/** Who brings a code, and in which try. */
export interface CodeBearer {
  readonly client: ClientInfo;
  readonly attempt: Attempt;
  /** The org's own unless given. */
  readonly locale?: Locale;
}

export interface CompletedLogin {
  readonly token: SessionToken;
  readonly user: UserRecord;
}

/** RFC 8176. */
const AUTH_METHODS = ['pwd', 'otp'];

interface CodeManner extends CodeOrder {
  readonly locale: Locale;
}

/** Login in two steps: a password sends a code, the code opens a session. */
export class LoginService {
  constructor(private readonly deps: LoginDependencies) {}

  /**
   * @throws InvalidCredentialsError, RateLimitedError, LockedOutError, SmsNotAllowedError, SendingStoppedError,
   * DeliveryFailedError, UnavailableError
   */
  async start(
    org: OrgRecord,
    contact: Contact,
    password: string,
    client: ClientInfo,
    locale: Locale = org.settings.locale,
  ): Promise<CodeSent> {
    const { quotas, guard, limiter } = this.deps;
    const kind = channelKind(org.settings.loginChannel, contact.kind);
    // Who is written to is known by now, unless the org sends to the other contact.
    const count = () => (kind === contact.kind ? quotas.count(org, contact, 'login') : NOTHING);
    const [counted, { tried, user }] = await this.counting(count, (begin) =>
      this.deps.check.run({ owner: org, contact, password, client }, begin),
    );
    const send = counted ?? (await quotas.count(org, contactsOf(user)[kind], 'login'));
    // Only now: to a wrong password, what right ones have used would tell that somebody has the contact.
    await quotas.admit(send);
    limiter.tell(tried.count, tried.account.tries);
    const sending = this.sendCode(org, user, contact, send.to, { locale, ...orderOf(tried) });
    const [sent] = await settleBoth(sending, guard.succeed(tried));
    return { ...sent, uid: user.uid, expiresInSeconds: codeRules(org.settings).lifetimeSeconds };
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
    const { devices } = this.deps;
    const [matched, user] = await Promise.all([
      this.deps.codes.check(contextOf(org, contact), code),
      this.deps.users.findByContact(pool, contact),
    ]);
    if (user === null || user.uid !== matched.uid) throw new InvalidCodeError();
    if (user.status !== 'active') throw new UserInactiveError();
    const lifetimeMs = unrefreshedLifetimeMs(org.settings.sessionLifetimeSeconds);
    const { locale = org.settings.locale, ...bearer } = by;
    const counted = devices.login(pool, user.uid, by.client.agent);
    const opening = { pool, user, code: matched, authMethods: AUTH_METHODS, lifetimeMs, counted, ...bearer };
    const token = await this.deps.sessions.open(opening);
    if (devices.isNew(token.counts)) await this.tellOfDevice(pool, user, by.attempt.seed, locale);
    this.deps.background.start(() => this.deps.proof.note(org, user, matched.proves));
    return { token, user };
  }

  /** A login that stands does not fail for want of it. */
  private async tellOfDevice(pool: OrgPool, user: UserRecord, eventId: string, locale: Locale): Promise<void> {
    const notice = { kind: 'new_device', eventId, at: this.deps.clock.now(), locale } as const;
    await this.deps.notices.tell(pool, user.uid, notice).catch(ignoreOutage);
  }

  /** What an earlier try of the same request opened: its code is used up, and was right. */
  private async resume(pool: OrgPool, contact: Contact, attempt: Attempt): Promise<CompletedLogin | null> {
    if (!attempt.resumed) return null;
    const user = await this.deps.users.findByContact(pool, contact);
    if (user === null || user.status !== 'active') return null;
    const token = await this.deps.sessions.reopen(pool, user, attempt, AUTH_METHODS);
    return token === null ? null : { token, user };
  }

  /** Counts a send once `check` begins, and beside it. One that was counted for nothing is given back. */
  private async counting<T>(count: () => Promise<CountedSend | null>, check: (begin: () => void) => Promise<T>) {
    let counting = Promise.allSettled<[Promise<CountedSend | null>]>([NOTHING]);
    const begin = () => {
      counting = Promise.allSettled([count()]);
    };
    const [checked] = await Promise.allSettled([check(begin)]);
    const [counted] = await counting;
    if (checked.status === 'rejected') {
      // What the password came to is told, whatever else goes wrong.
      if (counted.status === 'fulfilled' && counted.value !== null) await this.deps.quotas.giveBack(counted.value);
      throw checked.reason;
    }
    if (counted.status === 'rejected') throw counted.reason;
    return [counted.value, checked.value] as const;
  }

  private sendCode(
    org: OrgRecord,
    user: UserRecord,
    contact: Contact,
    to: Contact,
    { locale, ...order }: CodeManner,
  ): Promise<SentMessage> {
    const rules = codeRules(org.settings);
    const siblingSubject = contactSubject(otherContact(user, contact));
    const fallback = fallbackOf(org, user, to);
    const proves = fallback === null ? to.kind : null;
    const request = { ...contextOf(org, contact), siblingSubject, ...order, uid: user.uid, proves, ...rules };
    const message = { to, purpose: request.purpose, lifetimeSeconds: rules.lifetimeSeconds, locale };
    return this.deps.codes.issue(request, (issued) =>
      this.deps.delivery.sendNow(org, { ...message, ...issued }, fallback),
    );
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
