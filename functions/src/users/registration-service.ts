import type { Contact } from '../contacts/contact.js';
import { BelongsToMainAppError } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL, type OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { RegistrationSaga } from './registration-saga.js';
import { reservationKey } from './reservation-key.js';
import { type UserId, userId } from './user-id.js';
import type { Address, UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';

interface RegistrationDependencies {
  readonly users: UserStore;
  readonly identities: IdentityProvider;
  readonly saga: RegistrationSaga;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** A checked and normalised request. */
export interface Registration {
  readonly email: Contact;
  readonly phone: Contact;
  readonly password: string;
  readonly first_name: string;
  readonly last_name: string;
  /** Nine digits. */
  readonly ssn: string;
  /** YYYY-MM-DD. */
  readonly date_of_birth: string | null;
  readonly address: Address | null;
  readonly secondary_address: Address | null;
  readonly metadata: string | null;
}

/** Registers partners' users. A user without a profile can do nothing. */
export class RegistrationService {
  constructor(private readonly deps: RegistrationDependencies) {}

  /**
   * The uid follows from the attempt's seed: what an earlier try of the same request finished is found under it.
   * @throws AlreadyExistsError, BelongsToMainAppError, InvalidRequestError, UnavailableError, RequestInProgressError
   */
  async register(pool: OrgPool, registration: Registration, attempt: Attempt = freshAttempt()): Promise<UserRecord> {
    const uid = userId.of(attempt.seed);
    const finished = attempt.resumed ? await this.findFinished(pool, uid, registration) : null;
    if (finished !== null) return finished;
    const { email, phone, password } = registration;
    return this.deps.saga.run({
      pool,
      uid,
      keys: [email, phone].map((contact) => reservationKey(this.deps.indexKey, pool, contact)),
      fingerprint: this.fingerprint(pool, registration),
      email: email.value,
      password,
      refusal: () => this.refusal(registration),
      writeProfile: async (owner, claims) => {
        const user = this.draft(pool, owner, registration);
        await this.deps.users.create(pool, user, claims);
        return user;
      },
    });
  }

  private async refusal({ email, phone }: Registration): Promise<BelongsToMainAppError | null> {
    const contacts = { email: email.value, phone: phone.value };
    return (await this.deps.identities.anyWithContact(MAIN_POOL, contacts)) ? new BelongsToMainAppError() : null;
  }

  /** The user that an earlier try of the same request made, whose answer was lost. */
  private async findFinished(pool: OrgPool, uid: UserId, { email, phone }: Registration): Promise<UserRecord | null> {
    const user = await this.deps.users.find(pool, uid);
    return user?.email === email.value && user.phone_number === phone.value ? user : null;
  }

  private draft(pool: OrgPool, uid: UserId, registration: Registration): UserRecord {
    const { email, phone, password: _, ssn, date_of_birth, ...profile } = registration;
    const place = (field: string) => ({ poolId: pool.id, uid, field });
    const now = new Date(this.deps.clock.now());
    return {
      ...profile,
      uid,
      email: email.value,
      phone_number: phone.value,
      email_verified: false,
      phone_verified: false,
      ssn: this.deps.cipher.encrypt(place('ssn'), ssn),
      date_of_birth: date_of_birth === null ? null : this.deps.cipher.encrypt(place('date_of_birth'), date_of_birth),
      kyc_status: 'pending',
      status: 'active',
      role: 'user',
      createdAt: now,
      updatedAt: now,
    };
  }

  private fingerprint(pool: OrgPool, registration: Registration): string {
    return hmac(this.deps.indexKey, ['registration', pool.id, JSON.stringify(registration)]).toString('base64url');
  }
}
