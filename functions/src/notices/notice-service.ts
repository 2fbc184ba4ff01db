import type { Contact } from '../contacts/contact.js';
import type { DeliveryQueue } from '../delivery/delivery-queue.js';
import { type Notice, sealJob } from '../delivery/job.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { orgIdOf, type Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { revocationId } from '../users/revocation-record.js';
import type { RevocationStore } from '../users/revocation-store.js';
import type { UserId } from '../users/user-id.js';
import { formerPlace } from './former-place.js';

interface NoticeDependencies {
  readonly queue: DeliveryQueue;
  readonly revocations: RevocationStore;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
}

/** Sees to it that users are told what happened to their account. */
export class NoticeService {
  constructor(private readonly deps: NoticeDependencies) {}

  /** Where the queue is down, the sweep queues it. @throws UnavailableError when that can't be written down either. */
  async tell(pool: Pool, uid: UserId, notice: Notice): Promise<void> {
    const { queue, revocations, cipher, clock } = this.deps;
    try {
      await queue.enqueue(sealJob(cipher, { kind: 'notice', orgId: orgIdOf(pool), uid, notice }));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      const dueAt = new Date(clock.now());
      await revocations.add({ id: revocationId.generate(), pool, uid, keep: null, ends: false, notice, dueAt });
    }
  }

  /** For `Notice.former`: a notice may wait in the database, where no contact is to be read. */
  seal(pool: Pool, uid: UserId, contact: Contact): string {
    return this.deps.cipher.encrypt(formerPlace(pool, uid), JSON.stringify(contact));
  }
}
