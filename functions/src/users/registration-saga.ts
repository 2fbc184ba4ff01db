import {
  AlreadyExistsError,
  type GatehouseError,
  InvalidRequestError,
  UnavailableError,
} from '../errors/gatehouse-error.js';
import type { CreateOutcome, IdentityProvider, NewIdentity } from '../identity/identity-provider.js';
import type { Pool } from '../identity/pool.js';
import { settleBoth } from '../lib/settle.js';
import type { ClaimedAttempt, RegistrationAttempt, RegistrationClaims } from './registration-claims.js';
import type { ReservationClaim } from './reservation-record.js';
import type { ReservationStore } from './reservation-store.js';
import type { UserId } from './user-id.js';

interface SagaDependencies {
  readonly claims: RegistrationClaims;
  readonly reservations: ReservationStore;
  readonly identities: IdentityProvider;
}

/** What differs between the pools: who may register, and what is kept of whoever has. */
export interface RegistrationPlan<Profile> extends RegistrationAttempt {
  readonly email: string;
  readonly password: string;
  /** Asked while the contacts are being reserved: why nobody may register with them, if so. */
  refusal(): Promise<GatehouseError | null>;
  /**
   * Writes the profile and settles the reservations in one commit. `isNew`: the identity was made just now, and not by an
   * earlier try. @throws AlreadyExistsError
   */
  writeProfile(uid: UserId, claims: readonly ReservationClaim[], isNew: boolean): Promise<Profile>;
}

/**
 * A registration, step by step: reserve the contacts, create the identity under a uid of our own, write the profile. Killed
 * at any step, the same request again finishes what was begun; a different request for the same contacts clears it away
 * once its lease is over.
 */
export class RegistrationSaga {
  constructor(private readonly deps: SagaDependencies) {}

  /**
   * Answers the profile, whose uid is the plan's own, or that of the earlier try that it has finished.
   * @throws AlreadyExistsError, InvalidRequestError, UnavailableError, RequestInProgressError, or the refusal
   */
  async run<Profile>(plan: RegistrationPlan<Profile>): Promise<Profile> {
    const { pool, keys, fingerprint } = plan;
    const [claimed, refusal] = await settleBoth(
      this.deps.claims.take({ pool, uid: plan.uid, keys, fingerprint }),
      plan.refusal(),
    );
    if (refusal !== null) {
      // Of an earlier try that died before there was a reason to refuse it.
      await this.deps.claims.removeIdentity(pool, claimed.uid);
      await this.deps.reservations.release(claimed.claims);
      throw refusal;
    }
    const isNew = await this.createIdentity(claimed, plan);
    return this.createProfile(claimed, plan, isNew);
  }

  /**
   * Whether it was made just now. An email that is taken by our own uid is an earlier try of this registration, maybe one
   * whose answer was lost.
   */
  private async createIdentity(
    { pool, uid, claims }: ClaimedAttempt,
    plan: RegistrationPlan<unknown>,
  ): Promise<boolean> {
    const identity = { uid, email: plan.email, password: plan.password };
    try {
      if ((await this.createOnce(pool, identity)) === 'created') return true;
      if (await this.isOurs(pool, identity)) return false;
    } catch (error) {
      // No identity comes of it, with this email or ever.
      if (error instanceof InvalidRequestError) await this.deps.reservations.release(claims);
      throw error;
    }
    await this.deps.reservations.release(claims);
    throw new AlreadyExistsError();
  }

  private async createProfile<Profile>(
    { pool, uid, keys, claims }: ClaimedAttempt,
    plan: RegistrationPlan<Profile>,
    isNew: boolean,
  ): Promise<Profile> {
    try {
      return await plan.writeProfile(uid, claims, isNew);
    } catch (error) {
      // Taken over and undone while we were held up: nobody else knows of an identity that was made since then.
      const isUndone =
        error instanceof AlreadyExistsError &&
        !(await this.deps.reservations.find(keys)).some((reservation) => reservation.uid === uid);
      if (isUndone) await this.deps.claims.removeIdentity(pool, uid);
      throw error;
    }
  }

  /** Without an answer nobody knows whether the identity was made: look, and make it where it was not. */
  private async createOnce(pool: Pool, identity: NewIdentity): Promise<CreateOutcome> {
    try {
      return await this.deps.identities.create(pool, identity);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (await this.isOurs(pool, identity)) return 'created';
      // Should the first one take effect after all, this one is refused: the uid is the same.
      return this.deps.identities.create(pool, identity);
    }
  }

  private async isOurs(pool: Pool, { uid, email }: NewIdentity): Promise<boolean> {
    return (await this.deps.identities.find(pool, uid))?.email === email;
  }
}
