import type { Contact } from '../contacts/contact.js';
import {
  AlreadyExistsError,
  BelongsToMainAppError,
  InvalidRequestError,
  UnavailableError,
} from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import type { CreateOutcome, IdentityProvider, NewIdentity } from '../identity/identity-provider.js';
import { MAIN_POOL, type OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import { settleBoth } from '../lib/settle.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { type ClaimedAttempt, RegistrationClaims } from './registration-claims.js';
import { reservationKey } from './reservation-key.js';
import type { ReservationStore } from './reservation-store.js';
import { type UserId, userId } from './user-id.js';
import type { Address, UserRecord } from './user-record.js';
import type { UserStore } from './user-store.js';

interface RegistrationDependencies {
  readonly users: UserStore;
  readonly reservations: ReservationStore;
  readonly identities: IdentityProvider;
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

/**
 * Registers users as a saga: reserve both contacts, create the identity under a uid of our own, write the profile. A user
 * without a profile can do nothing. Killed at any step, the same request again finishes what was begun; a different
 * request for the same contacts clears it away once its lease is over.
 */
export class RegistrationService {
  private readonly claims: RegistrationClaims;

  constructor(private readonly deps: RegistrationDependencies) {
    this.claims = new RegistrationClaims(deps);
  }

  /**
   * The uid follows from the attempt's seed: what an earlier try of the same request finished is found under it.
   * @throws AlreadyExistsError, BelongsToMainAppError, InvalidRequestError, UnavailableError, RequestInProgressError
   */
  async register(pool: OrgPool, registration: Registration, attempt: Attempt = freshAttempt()): Promise<UserRecord> {
    const uid = userId.of(attempt.seed);
    const finished = attempt.resumed ? await this.findFinished(pool, uid, registration) : null;
    if (finished !== null) return finished;
    const keys = [registration.email, registration.phone].map((contact) =>
      reservationKey(this.deps.indexKey, pool, contact),
    );
    const fingerprint = this.fingerprint(pool, registration);
    const contacts = { email: registration.email.value, phone: registration.phone.value };
    const [claimed, belongsToMainApp] = await settleBoth(
      this.claims.take({ pool, uid, keys, fingerprint }),
      this.deps.identities.anyWithContact(MAIN_POOL, contacts),
    );
    if (belongsToMainApp) {
      // Of an earlier try that died before the main app got the contact.
      await this.deps.identities.delete(pool, claimed.uid);
      await this.deps.reservations.release(claimed.claims);
      throw new BelongsToMainAppError();
    }
    await this.createIdentity(claimed, registration);
    const user = this.draft(pool, claimed.uid, registration);
    await this.createProfile(claimed, user);
    return user;
  }

  /** The user that an earlier try of the same request made, whose answer was lost. */
  private async findFinished(pool: OrgPool, uid: UserId, { email, phone }: Registration): Promise<UserRecord | null> {
    const user = await this.deps.users.find(pool, uid);
    return user?.email === email.value && user.phone_number === phone.value ? user : null;
  }

  /** An email that is taken by our own uid is an earlier try of this registration, maybe one whose answer was lost. */
  private async createIdentity(
    { pool, uid, claims }: ClaimedAttempt,
    { email, password }: Registration,
  ): Promise<void> {
    const identity = { uid, email: email.value, password };
    try {
      if ((await this.createOnce(pool, identity)) === 'created' || (await this.isOurs(pool, identity))) return;
    } catch (error) {
      // No identity comes of it, with this email or ever.
      if (error instanceof InvalidRequestError) await this.deps.reservations.release(claims);
      throw error;
    }
    await this.deps.reservations.release(claims);
    throw new AlreadyExistsError();
  }

  private async createProfile({ pool, uid, keys, claims }: ClaimedAttempt, user: UserRecord): Promise<void> {
    try {
      await this.deps.users.create(pool, user, claims);
    } catch (error) {
      // Taken over and undone while we were held up: nobody else knows of an identity that was made since then.
      const isUndone =
        error instanceof AlreadyExistsError &&
        !(await this.deps.reservations.find(keys)).some((reservation) => reservation.uid === uid);
      if (isUndone) await this.deps.identities.delete(pool, uid);
      throw error;
    }
  }

  /** Without an answer nobody knows whether the identity was made: look, and make it where it was not. */
  private async createOnce(pool: OrgPool, identity: NewIdentity): Promise<CreateOutcome> {
    try {
      return await this.deps.identities.create(pool, identity);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (await this.isOurs(pool, identity)) return 'created';
      // Should the first one take effect after all, this one is refused: the uid is the same.
      return this.deps.identities.create(pool, identity);
    }
  }

  private async isOurs(pool: OrgPool, { uid, email }: NewIdentity): Promise<boolean> {
    return (await this.deps.identities.find(pool, uid))?.email === email;
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
