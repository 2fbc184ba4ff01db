import type { Contact } from '../contacts/contact.js';
import type { Locale } from '../delivery/locale.js';
import { AlreadyExistsError, RequestInProgressError } from '../errors/gatehouse-error.js';
import { overIfGone } from '../errors/unless-gone.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import type { IdentityProvider } from '../identity/identity-provider.js';
import { MAIN_POOL } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import type { NoticeService } from '../notices/notice-service.js';
import type { AccessService } from '../users/access-service.js';
import type { ClaimedAttempt, RegistrationClaims } from '../users/registration-claims.js';
import { reservationKey } from '../users/reservation-key.js';
import type { ReservationStore } from '../users/reservation-store.js';
import type { UserId } from '../users/user-id.js';
import { contactsOf } from '../users/user-record.js';
import type { AccountCaller } from './account-sessions.js';

interface PhoneOwnershipDependencies {
  readonly claims: RegistrationClaims;
  readonly reservations: ReservationStore;
  readonly identities: IdentityProvider;
  readonly access: AccessService;
  readonly notices: NoticeService;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

interface PhoneGift {
  /** Uses up the code that shows that the number is the caller's. Throws when it was used. */
  useUp(): Promise<void>;
  /** Names the change, of which each verified address is told once. */
  readonly eventId: string;
  readonly locale: Locale;
}

/**
 * Whose a phone number is: the user's for whom Identity Platform has it. While it is being given, it is reserved, so that of
 * several who have proved it at once one has it and the others are refused.
 */
export class PhoneOwnership {
  constructor(private readonly deps: PhoneOwnershipDependencies) {}

  /**
   * @throws AlreadyExistsError when it is somebody else's, RequestInProgressError, InvalidSessionError, UnavailableError, or
   * what `useUp` throws
   */
  async give(caller: AccountCaller, phone: Contact, gift: PhoneGift): Promise<void> {
    const claimed = await this.reserve(caller.user.uid, phone);
    try {
      await gift.useUp();
      await this.change(caller, phone, gift);
    } finally {
      // Left behind, it keeps the number from others until its lease is over and the sweep takes it away.
      await this.deps.reservations.release(claimed.claims).catch(() => false);
    }
  }

  private async reserve(uid: UserId, phone: Contact): Promise<ClaimedAttempt> {
    const keys = [reservationKey(this.deps.indexKey, MAIN_POOL, phone)];
    try {
      // No fingerprint is another's: of the same user's requests as well, one is at it at a time.
      return await this.deps.claims.take({ pool: MAIN_POOL, uid, keys, fingerprint: freshAttempt().seed });
    } catch (error) {
      if (!(error instanceof AlreadyExistsError)) throw error;
      throw new RequestInProgressError(error, 'This number is being verified at this moment. Try again.');
    }
  }

  /** A number in place of another ends the user's other sessions: who has lost a phone has lost what it is logged in to. */
  private async change(
    { user, session }: AccountCaller,
    phone: Contact,
    { eventId, locale }: PhoneGift,
  ): Promise<void> {
    if (user.phone_number === phone.value) return;
    const { access, notices } = this.deps;
    const notice = { kind: 'contact_changed', eventId, at: this.deps.clock.now(), locale } as const;
    const set = () => this.set(user.uid, phone);
    const { phone: former } = contactsOf(user);
    if (former === null) {
      await set();
      await notices.tell(MAIN_POOL, user.uid, notice);
      return;
    }
    // Nothing ends for a number that is surely not to be had.
    await this.assertFree(user.uid, phone);
    const told = { ...notice, former: notices.seal(MAIN_POOL, user.uid, former) };
    await access.endAllAround(MAIN_POOL, user, set, { keep: session.sid, notice: told });
  }

  private async assertFree(uid: UserId, phone: Contact): Promise<void> {
    const holder = await this.deps.identities.findByContact(MAIN_POOL, phone);
    if (holder !== null && holder.uid !== uid) throw new AlreadyExistsError();
  }

  private async set(uid: UserId, phone: Contact): Promise<void> {
    const outcome = await this.deps.identities.setPhone(MAIN_POOL, uid, phone.value).catch(overIfGone);
    if (outcome === 'taken') throw new AlreadyExistsError();
  }
}
