import { AlreadyExistsError, RequestInProgressError } from '../errors/gatehouse-error.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { REGISTRATION_LEASE_MS, UNDOING_LEASE_MS } from './registration-policy.js';
import type { ReadReservation, ReservationClaim, ReservationKey, ReservationRecord } from './reservation-record.js';
import type { ReservationStore } from './reservation-store.js';
import type { UserId } from './user-id.js';

interface ClaimsDependencies {
  readonly reservations: ReservationStore;
  readonly identities: IdentityProvider;
  readonly clock: Clock;
}

export interface RegistrationAttempt {
  readonly pool: Pool;
  readonly uid: UserId;
  readonly keys: readonly ReservationKey[];
  readonly fingerprint: string;
}

export interface ClaimedAttempt extends RegistrationAttempt {
  /** Worth nothing any more once somebody else takes the registration over. */
  readonly claims: readonly ReservationClaim[];
}

/** Who may work on a registration: first come, and after the lease whoever takes it over. */
export class RegistrationClaims {
  constructor(private readonly deps: ClaimsDependencies) {}

  /**
   * Reserves the contacts, takes over what the same request began, or clears away what another one left for dead.
   * @throws AlreadyExistsError, RequestInProgressError, UnavailableError
   */
  async take(attempt: RegistrationAttempt, mayRetry = true): Promise<ClaimedAttempt> {
    const leaseUntil = this.leaseEnd(REGISTRATION_LEASE_MS);
    const claims = await this.deps.reservations.reserve({ ...attempt, state: 'reserved', leaseUntil });
    if (claims !== null) return { ...attempt, claims };
    const found = await this.deps.reservations.find(attempt.keys);
    const [first] = found;
    if (first === undefined && mayRetry) return this.take(attempt, false);
    if (found.some((reservation) => reservation.state === 'held')) throw new AlreadyExistsError();
    const isSame =
      found.length === attempt.keys.length && found.every(({ fingerprint }) => fingerprint === attempt.fingerprint);
    if (isSame && first !== undefined) {
      return { ...attempt, uid: first.uid, claims: await this.takeOver(found, REGISTRATION_LEASE_MS) };
    }
    if (!mayRetry || !found.every((one) => this.isAbandoned(one))) throw new AlreadyExistsError();
    const ofEach = new Map(found.map((one) => [one.uid, one]));
    for (const reservation of ofEach.values()) await this.undo(reservation);
    return this.take(attempt, false);
  }

  /**
   * Undoes a registration whose lease is over, and so died before its profile was written. Stopped half-way, it is found
   * again after a lease of its own. False when there is nothing left to undo.
   * @throws RequestInProgressError when somebody else was first, UnavailableError
   */
  async undo({ pool, uid, keys }: ReadReservation): Promise<boolean> {
    const found = (await this.deps.reservations.find(keys)).filter((one) => one.uid === uid);
    if (found.length === 0 || !found.every((one) => this.isAbandoned(one))) return false;
    const claims = await this.takeOver(found, UNDOING_LEASE_MS);
    await this.removeIdentity(pool, uid);
    return this.deps.reservations.release(claims);
  }

  /** In the main app it is a user without a profile as well, such as the client SDK makes them, and may be in use. */
  async removeIdentity(pool: Pool, uid: UserId): Promise<void> {
    if (pool.id !== 'main') await this.deps.identities.delete(pool, uid);
  }

  private async takeOver(found: readonly ReadReservation[], leaseMs: number): Promise<readonly ReservationClaim[]> {
    const claims = await this.deps.reservations.renew(found, this.leaseEnd(leaseMs));
    if (claims !== null) return claims;
    throw new RequestInProgressError(undefined, 'The same registration is under way. Try again in a moment.');
  }

  private isAbandoned({ state, leaseUntil }: ReservationRecord): boolean {
    return state === 'reserved' && leaseUntil !== null && leaseUntil.getTime() <= this.deps.clock.now();
  }

  private leaseEnd(leaseMs: number): Date {
    return new Date(this.deps.clock.now() + leaseMs);
  }
}
