import { codeRules } from '../codes/code-policy.js';
import type { CodeService } from '../codes/code-service.js';
import type { Contact } from '../contacts/contact.js';
import type { DeliveryService, SentMessage } from '../delivery/delivery-service.js';
import type { Locale } from '../delivery/locale.js';
import type { SendQuotas } from '../delivery/send-quotas.js';
import { AlreadyExistsError, InvalidCodeError, InvalidRequestError } from '../errors/gatehouse-error.js';
import { overIfGone } from '../errors/unless-gone.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL } from '../identity/pool.js';
import { networkOf } from '../lib/ip-address.js';
import { settleBoth } from '../lib/settle.js';
import type { Limiter } from '../limits/limiter.js';
import type { MainApp } from '../orgs/main-app.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { CodeProof } from '../users/code-proof.js';
import { contactsOf, type PoolUser } from '../users/user-record.js';
import { userSubject } from '../users/user-subjects.js';
import type { AccountCaller } from './account-sessions.js';
import type { PhoneOwnership } from './phone-ownership.js';

interface ContactVerificationDependencies {
  readonly mainApp: MainApp;
  readonly identities: IdentityProvider;
  readonly codes: CodeService;
  readonly delivery: DeliveryService;
  readonly quotas: SendQuotas;
  readonly limiter: Limiter;
  readonly proof: CodeProof;
  readonly phones: PhoneOwnership;
}

type Purpose = 'email_verification' | 'phone_verification';

/** Codes that show that a contact is the user's. */
export class ContactVerification {
  constructor(private readonly deps: ContactVerificationDependencies) {}

  /**
   * @throws InvalidRequestError for a user without an email, RateLimitedError, SendingStoppedError, DeliveryFailedError,
   * UnavailableError
   */
  async sendEmailCode(user: PoolUser, locale: Locale): Promise<SentMessage> {
    return this.send(user, emailOf(user), 'email_verification', locale);
  }

  /** @throws InvalidCodeError, InvalidSessionError, LockedOutError, UnavailableError */
  async verifyEmail(user: PoolUser, code: string): Promise<void> {
    const matched = await this.deps.codes.check(contextOf(user, emailOf(user), 'email_verification'), code);
    if (!(await this.deps.codes.consume(matched))) throw new InvalidCodeError();
    await this.deps.identities.markEmailVerified(MAIN_POOL, user.uid).catch(overIfGone);
  }

  /**
   * @throws AlreadyExistsError when it is somebody else's, RateLimitedError, SmsNotAllowedError, SendingStoppedError,
   * DeliveryFailedError, UnavailableError
   */
  async sendPhoneCode(user: PoolUser, phone: Contact, client: ClientInfo, locale: Locale): Promise<SentMessage> {
    // Counted whatever the answer is: it tells whether somebody has the number.
    const [, owner] = await settleBoth(
      this.countPhone(user, client),
      this.deps.identities.findByContact(MAIN_POOL, phone),
    );
    if (owner !== null && owner.uid !== user.uid) throw new AlreadyExistsError();
    return this.send(user, phone, 'phone_verification', locale);
  }

  /**
   * The number is the user's from here on, and nobody else's.
   * @throws AlreadyExistsError, InvalidCodeError, InvalidSessionError, LockedOutError, RequestInProgressError,
   * UnavailableError
   */
  async verifyPhone(caller: AccountCaller, phone: Contact, code: string, locale: Locale): Promise<void> {
    const { user } = caller;
    const matched = await this.deps.codes.check(contextOf(user, phone, 'phone_verification'), code);
    await this.deps.phones.give(caller, phone, {
      useUp: async () => {
        if (!(await this.deps.codes.consume(matched))) throw new InvalidCodeError();
      },
      eventId: matched.challengeId,
      locale,
    });
    this.deps.proof.noteUse(this.deps.mainApp, phone.value);
  }

  /** @throws RateLimitedError */
  private async countPhone({ uid }: PoolUser, client: ClientInfo): Promise<void> {
    const { limiter } = this.deps;
    const ofUser = { id: ['verifications', MAIN_POOL.id, uid] };
    const ofAddress = { id: ['texts', networkOf(client)] };
    await settleBoth(
      limiter.reserve(ofUser, [{ limit: 'phone_verifications' }]),
      limiter.reserve(ofAddress, [{ limit: 'address_texts' }]),
    );
  }

  private async send(user: PoolUser, to: Contact, purpose: Purpose, locale: Locale): Promise<SentMessage> {
    const { codes, delivery, mainApp, quotas } = this.deps;
    await quotas.reserve(mainApp, to, purpose);
    const rules = codeRules(mainApp.settings);
    const request = { ...contextOf(user, to, purpose), uid: user.uid, ...rules };
    const message = { to, purpose, lifetimeSeconds: rules.lifetimeSeconds, locale };
    return codes.issue(request, (issued) => delivery.sendNow(mainApp, { ...message, ...issued }, null));
  }
}

/** @throws InvalidRequestError */
function emailOf(user: PoolUser): Contact {
  const { email } = contactsOf(user);
  if (email !== null) return email;
  throw new InvalidRequestError([], 'This account has no email address.');
}

function contextOf(user: PoolUser, contact: Contact, purpose: Purpose) {
  return { pool: MAIN_POOL, purpose, subject: userSubject(user.uid), contact } as const;
}
