import type { Contact } from '../contacts/contact.js';
import type { Locale } from '../delivery/locale.js';
import { GatehouseError, InvalidCredentialsError, RateLimitedError } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL } from '../identity/pool.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import { networkOf } from '../lib/ip-address.js';
import { settleBoth } from '../lib/settle.js';
import type { Limiter } from '../limits/limiter.js';
import type { ClientInfo } from '../sessions/session-record.js';
import type { RegistrationSaga } from '../users/registration-saga.js';
import { reservationKey } from '../users/reservation-key.js';
import { type UserId, userId } from '../users/user-id.js';
import type { PoolUser } from '../users/user-record.js';
import type { OpenedAccount } from './account-login.js';
import type { AccountClient, AccountSessions } from './account-sessions.js';
import type { ContactVerification } from './contact-verification.js';
import type { MainProfile, MainProfileStore } from './profile-store.js';

interface SignupDependencies {
  readonly profiles: MainProfileStore;
  readonly identities: IdentityProvider;
  readonly saga: RegistrationSaga;
  readonly accountSessions: AccountSessions;
  readonly verification: ContactVerification;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** A checked and normalised request. */
export interface Signup extends Pick<MainProfile, 'first_name' | 'last_name'> {
  readonly email: Contact;
  readonly password: string;
}

export interface SignedUp extends OpenedAccount {
  /** What became of the code that verifies the email; `failed`: another one is to be asked for. */
  readonly delivery: 'sent' | 'pending' | 'failed';
}

/** `isNew`: by this very request. */
interface Registered extends Pick<MainProfile, 'uid'> {
  readonly isNew: boolean;
}

/** Signs users up for the main app, by the same steps as partners' users register. */
export class SignupService {
  constructor(private readonly deps: SignupDependencies) {}

  /** @throws AlreadyExistsError, InvalidCredentialsError, InvalidRequestError, RateLimitedError, RequestInProgressError, UnavailableError */
  async signUp(signup: Signup, by: AccountClient & { readonly locale: Locale }): Promise<SignedUp> {
    const { uid, isNew } = await this.register(signup, by);
    if (!isNew) await this.assertPassword(signup, uid);
    const user: PoolUser = {
      uid,
      email: signup.email.value,
      phone_number: null,
      email_verified: false,
      phone_verified: false,
      status: 'active',
      role: 'user',
    };
    const [token, delivery] = await settleBoth(
      this.deps.accountSessions.open(user, this.signedInAt(), { ...by, attempt: this.sessionAttempt(by.attempt) }),
      this.sendCode(user, by.locale),
    );
    return { user, token, delivery };
  }

  /** Of the same request, with a seed of its own: the uid follows from the other, and must not tell the session's id. */
  private sessionAttempt({ seed, resumed }: Attempt): Attempt {
    const own = hmac(this.deps.indexKey, ['session of a sign-up', seed]).toString('base64url');
    return { seed: own.slice(0, seed.length), resumed };
  }

  /** The account was made by Identity Platform's clock, and must not be newer than its first session. */
  private signedInAt(): Date {
    return new Date(this.deps.clock.now() + SECOND_MS);
  }

  private async register(
    { email, password, ...names }: Signup,
    { client, attempt }: AccountClient,
  ): Promise<Registered> {
    const { profiles, saga, clock, indexKey } = this.deps;
    const uid = userId.of(attempt.seed);
    if (attempt.resumed && (await profiles.exists(uid))) return { uid, isNew: false };
    const request = JSON.stringify([email.value, password, names]);
    return saga.run({
      pool: MAIN_POOL,
      uid,
      keys: [reservationKey(indexKey, MAIN_POOL, email)],
      fingerprint: hmac(indexKey, ['registration', MAIN_POOL.id, request]).toString('base64url'),
      email: email.value,
      password,
      refusal: () => this.refusal(client),
      writeProfile: async (owner, claims, isNew) => {
        await profiles.create({ uid: owner, ...names, createdAt: new Date(clock.now()) }, claims);
        return { uid: owner, isNew };
      },
    });
  }

  /** The account of an earlier try may have another password by now, and then it is not this client's to log in to. */
  private async assertPassword({ email, password }: Signup, uid: UserId): Promise<void> {
    const check = await this.deps.identities.checkPassword(MAIN_POOL, email.value, password);
    if (check.outcome === 'refused' || check.uid !== uid) throw new InvalidCredentialsError();
  }

  /** A partner's users may have the same contacts, in a pool of their own. An address does not sign up any number of users. */
  private async refusal(client: ClientInfo): Promise<RateLimitedError | null> {
    const subject = { id: ['signups', networkOf(client)] };
    try {
      await this.deps.limiter.reserve(subject, [{ limit: 'account_signups' }]);
      return null;
    } catch (error) {
      if (error instanceof RateLimitedError) return error;
      throw error;
    }
  }

  /** The account stands, whether or not the mail could be sent: another code can be asked for. */
  private async sendCode(user: PoolUser, locale: Locale): Promise<SignedUp['delivery']> {
    try {
      return (await this.deps.verification.sendEmailCode(user, locale)).state;
    } catch (error) {
      if (error instanceof GatehouseError) return 'failed';
      throw error;
    }
  }
}
