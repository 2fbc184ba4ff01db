import type { Contact } from '../contacts/contact.js';
import { AlreadyExistsError, BelongsToMainAppError, GatehouseError } from '../errors/gatehouse-error.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL, type OrgPool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { REGISTRATION_LEASE_MS } from './registration-policy.js';
import { reservationKey } from './reservation-key.js';
import type { ReadReservation, ReservationKey } from './reservation-record.js';
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

interface Attempt {
  readonly uid: UserId;
  readonly keys: readonly ReservationKey[];
  readonly fingerprint: string;
}

/**
 * Registers users as a saga: reserve both contacts, create the identity under a uid of our own, write the profile. A user
 * without a profile can do nothing. Killed at any step, the same request again finishes what was begun; a different
 * request for the same contacts clears it away once its lease is over.
 */
export class RegistrationService {
  constructor(private readonly deps: RegistrationDependencies) {}

  /** @throws AlreadyExistsError, BelongsToMainAppError, UnavailableError, GatehouseError `request_in_progress` */
  async register(pool: OrgPool, registration: Registration): Promise<UserRecord> {
    const keys = [registration.email, registration.phone].map((contact) =>
      reservationKey(this.deps.indexKey, pool, contact),
    );
    const fingerprint = this.fingerprint(pool, registration);
    const contacts = { email: registration.email.value, phone: registration.phone.value };
    const [attempt, belongsToMainApp] = await settleBoth(
      this.reserve(pool, { uid: userId.generate(), keys, fingerprint }),
      this.deps.identities.anyWithContact(MAIN_POOL, contacts),
    );
    if (belongsToMainApp) {
      // Of an earlier try that died before the main app got the contact.
      await this.deps.identities.delete(pool, attempt.uid);
      await this.deps.reservations.release(keys);
      throw new BelongsToMainAppError();
    }
    await this.createIdentity(pool, attempt, registration);
    const user = this.draft(pool, attempt.uid, registration);
    await this.deps.users.create(pool, user, keys);
    return user;
  }

  private async reserve(pool: OrgPool, attempt: Attempt, mayRetry = true): Promise<Attempt> {
    if (await this.deps.reservations.reserve({ ...attempt, state: 'reserved', leaseUntil: this.leaseEnd() }))
      return attempt;
    const found = await this.deps.reservations.find(attempt.keys);
    if (found.length === 0 && mayRetry) return this.reserve(pool, attempt, false);
    if (found.some((reservation) => reservation.state === 'held')) throw new AlreadyExistsError();
    const sameRequest =
      found.length === attempt.keys.length && found.every(({ fingerprint }) => fingerprint === attempt.fingerprint);
    if (sameRequest) return this.resume(attempt, found);
    const dead = found.every(({ leaseUntil }) => leaseUntil.getTime() <= this.deps.clock.now());
    if (!dead || !mayRetry) throw new AlreadyExistsError();
    for (const uid of new Set(found.map((one) => one.uid))) {
      const ofOne = found.filter((one) => one.uid === uid);
      await this.clearAway(pool, uid, ofOne);
    }
    return this.reserve(pool, attempt, false);
  }

  private async resume(attempt: Attempt, found: readonly ReadReservation[]): Promise<Attempt> {
    await this.takeOver(found);
    return { ...attempt, uid: found[0]?.uid ?? attempt.uid };
  }

  /** Undoes a registration that died before its profile was written. */
  private async clearAway(pool: OrgPool, uid: UserId, found: readonly ReadReservation[]): Promise<void> {
    await this.takeOver(found);
    await this.deps.identities.delete(pool, uid);
    await this.deps.reservations.release([...new Set(found.flatMap(({ keys }) => keys))]);
  }

  private async takeOver(found: readonly ReadReservation[]): Promise<void> {
    if (await this.deps.reservations.renew(found, this.leaseEnd())) return;
    throw new GatehouseError('request_in_progress', 'The same registration is under way. Try again in a moment.', {
      retryAfterSeconds: 1,
    });
  }

  /** An email that is taken by our own uid is an earlier try of this registration, maybe one whose answer was lost. */
  private async createIdentity(
    pool: OrgPool,
    { uid, keys }: Attempt,
    { email, password }: Registration,
  ): Promise<void> {
    if ((await this.deps.identities.create(pool, { uid, email: email.value, password })) === 'created') return;
    if ((await this.deps.identities.find(pool, uid))?.email === email.value) return;
    await this.deps.reservations.release(keys);
    throw new AlreadyExistsError();
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

  private leaseEnd(): Date {
    return new Date(this.deps.clock.now() + REGISTRATION_LEASE_MS);
  }
}

/** Waits for both, so that nothing runs on behind a refused request; the first's error counts first. */
async function settleBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
