import { codeRules } from '../codes/code-policy.js';
import type { CodeService } from '../codes/code-service.js';
import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import type { DeliveryService } from '../delivery/delivery-service.js';
import type { Notice } from '../delivery/job.js';
import type { Locale } from '../delivery/locale.js';
import type { SendQuotas } from '../delivery/send-quotas.js';
import {
  InvalidCodeError,
  InvalidCredentialsError,
  InvalidSessionError,
  NotFoundError,
} from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { keyedId } from '../lib/crypto.js';
import { NOTHING, settleBoth } from '../lib/settle.js';
import type { Limiter } from '../limits/limiter.js';
import { channelKind } from '../orgs/org-settings.js';
import { hidesExistence, type PoolOwner, poolOf } from '../orgs/pool-owner.js';
import type { SessionId } from '../sessions/session-id.js';
import type { ClientInfo, SessionRecord } from '../sessions/session-record.js';
import type { AccessService } from './access-service.js';
import type { CodeProof } from './code-proof.js';
import { fallbackOf } from './fallback.js';
import type { PasswordGuard } from './password-guard.js';
import type { UserDirectory } from './user-directory.js';
import type { UserId } from './user-id.js';
import { contactsOf, type PoolUser } from './user-record.js';
import { contactSubject, userSubject } from './user-subjects.js';

interface PasswordDependencies {
  readonly directory: UserDirectory;
  readonly identities: IdentityProvider;
  readonly codes: CodeService;
  readonly access: AccessService;
  readonly delivery: DeliveryService;
  readonly limiter: Limiter;
  readonly guard: PasswordGuard;
  readonly quotas: SendQuotas;
  readonly proof: CodeProof;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

interface Owner {
  /** The user's uid, or a made-up one, the same each time, for a contact that nobody has. */
  readonly uid: string;
  readonly user: PoolUser | null;
}

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
  /** Looked up in this request already; looked up unless given. */
  readonly user?: PoolUser;
  /** Which try of the request it is; a fresh one unless given. */
  readonly attempt?: Attempt;
  /** The pool owner's own unless given. */
  readonly locale?: Locale;
}

/** Changing a password: by the current one, or by a code sent to a contact. */
export class PasswordService {
  constructor(private readonly deps: PasswordDependencies) {}

  /**
   * Does the same work whether or not anybody has the contact; the message for nobody is dropped by the queue's worker.
   * Where the owner of the pool does not hide who has an account, a contact that nobody has is refused.
   * @throws NotFoundError, RateLimitedError, UnavailableError
   */
  async sendResetCode(owner: PoolOwner, contact: Contact, locale: Locale = owner.settings.locale): Promise<void> {
    const [, { uid, user }] = await settleBoth(
      this.deps.quotas.reserveDestination(owner, contact, 'password_reset'),
      this.findOwner(poolOf(owner), contact),
    );
    if (user === null && !hidesExistence(owner)) throw new NotFoundError('There is no user with this contact.');
    const rules = codeRules(owner.settings);
    const kind = channelKind(owner.settings.resetChannel, contact.kind);
    const to = (user === null ? null : contactsOf(user)[kind]) ?? contact;
    const fallback = user === null ? null : fallbackOf(owner, user, to);
    const proves = fallback === null ? to.kind : null;
    const request = { ...contextOf(owner, uid, contact), uid, proves, ...rules };
    const message = { to, purpose: request.purpose, lifetimeSeconds: rules.lifetimeSeconds, locale };
    // What goes to the user's other contact is counted there when it is sent, behind the answer.
    const how = { isForNobody: user === null, isCounted: to.kind === contact.kind, fallback };
    await this.deps.codes.issue(request, (issued) =>
      this.deps.delivery.sendLater(owner, { ...message, ...issued }, how),
    );
  }

  /** Answers whose password it was. @throws InvalidCodeError, LockedOutError, UnavailableError */
  async reset(
    owner: PoolOwner,
    contact: Contact,
    code: string,
    newPassword: string,
    locale: Locale = owner.settings.locale,
  ): Promise<UserId> {
    const pool = poolOf(owner);
    const { uid, user } = await this.findOwner(pool, contact);
    const matched = await this.deps.codes.check(contextOf(owner, uid, contact), code);
    if (user === null || !(await this.deps.codes.consume(matched))) throw new InvalidCodeError();
    // The code has proved who asks: a failure from here on must not leave a new password on a locked account.
    const unlocking = user.email === null ? NOTHING : this.deps.guard.unlock(pool, user.email);
    // Before the notice: the contact that the code has proved is told with the others.
    await settleBoth(unlocking, this.deps.proof.note(owner, user, matched.proves));
    const notice = this.notice(matched.challengeId, locale);
    await this.replacePassword(pool, user, newPassword, () => new InvalidCodeError(), { notice });
    return user.uid;
  }

  /**
   * @throws InvalidCredentialsError, InvalidSessionError, RateLimitedError, LockedOutError, UnavailableError
   */
  async change(owner: PoolOwner, session: SessionRecord, client: ClientInfo, change: PasswordChange): Promise<void> {
    const { currentPassword, newPassword, attempt = freshAttempt(), locale = owner.settings.locale } = change;
    const pool = poolOf(owner);
    const user = change.user ?? (await this.deps.directory.find(pool, session.uid));
    if (user === null || user.status !== 'active') throw new InvalidSessionError();
    await this.assertCurrentPassword(owner, user, currentPassword, client);
    const around = { keep: session.sid, notice: this.notice(attempt.seed, locale) };
    await this.replacePassword(pool, user, newPassword, (cause) => new InvalidSessionError(cause), around);
  }

  private async assertCurrentPassword(
    owner: PoolOwner,
    user: PoolUser,
    password: string,
    client: ClientInfo,
  ): Promise<void> {
    const { guard } = this.deps;
    const { email } = contactsOf(user);
    // Who signs in otherwise has no password to change.
    if (email === null) throw new InvalidCredentialsError('The current password is wrong.');
    const account = guard.account(owner, email.value, client, email);
    const { tried, check } = await guard.checking(account, [], () =>
      this.deps.identities.checkPassword(poolOf(owner), email.value, password),
    );
    await guard.admit(tried);
    this.deps.limiter.tell(tried.count, account.tries);
    if (check.outcome === 'accepted' && check.uid === user.uid) return guard.succeed(tried);
    await guard.fail(tried);
    throw new InvalidCredentialsError('The current password is wrong.');
  }

  /** Everything that was begun with the old password ends with it. `gone` is the error for a user who was just deleted. */
  private async replacePassword(
    pool: Pool,
    user: PoolUser,
    newPassword: string,
    gone: (cause: NotFoundError) => Error,
    around: { readonly keep?: SessionId; readonly notice: Notice },
  ): Promise<void> {
    const replace = () => this.deps.identities.setPassword(pool, user.uid, newPassword);
    try {
      await this.deps.access.endAllAround(pool, user, replace, around);
    } catch (error) {
      throw error instanceof NotFoundError ? gone(error) : error;
    }
  }

  private notice(eventId: string, locale: Locale): Notice {
    return { kind: 'password_changed', eventId, at: this.deps.clock.now(), locale };
  }

  private async findOwner(pool: Pool, contact: Contact): Promise<Owner> {
    const user = await this.deps.directory.findByContact(pool, contact);
    if (user !== null && user.status === 'active') return { uid: user.uid, user };
    const uid = keyedId(this.deps.indexKey, ['nobody', pool.id, contactSubject(contact)]);
    return { uid, user: null };
  }
}

function contextOf(owner: PoolOwner, uid: string, contact: Contact) {
  return {
    pool: poolOf(owner),
    purpose: 'password_reset',
    subject: userSubject(uid),
    contact,
    isTestContact: isTestContact(owner, contact),
  } as const;
}
