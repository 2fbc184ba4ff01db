import { deliveryId } from '../delivery/delivery-id.js';
import { NOTICE_LIFETIME_MS } from '../delivery/delivery-policy.js';
import type { DeliveryQueue } from '../delivery/delivery-queue.js';
import { type DeliveryWorker, NotTakenError } from '../delivery/delivery-worker.js';
import { type NoticeJob, sealJob } from '../delivery/job.js';
import type { Handover } from '../delivery/message-sender.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import type { Pool } from '../identity/pool.js';
import type { Clock } from '../lib/clock.js';
import { poolOf } from '../orgs/pool-owner.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { revocationId } from '../users/revocation-record.js';
import type { RevocationStore } from '../users/revocation-store.js';
import type { UserDirectory } from '../users/user-directory.js';
import type { UserId } from '../users/user-id.js';
import { verifiedContactsOf } from '../users/user-record.js';
import type { Notice } from './notice.js';

interface NoticeDependencies {
  readonly worker: DeliveryWorker;
  readonly queue: DeliveryQueue;
  readonly directory: UserDirectory;
  readonly revocations: RevocationStore;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** Tells users what happened to their account, at every address that is known to be theirs: each once for each event. */
export class NoticeService {
  constructor(private readonly deps: NoticeDependencies) {}

  /** Where the queue is down, the sweep queues it. @throws UnavailableError when that can't be written down either. */
  async tell(pool: Pool, uid: UserId, notice: Notice): Promise<void> {
    try {
      await this.enqueue(pool, uid, notice);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      const dueAt = new Date(this.deps.clock.now());
      await this.deps.revocations.add({
        id: revocationId.generate(),
        pool,
        uid,
        keep: null,
        ends: false,
        notice,
        dueAt,
      });
    }
  }

  /** @throws UnavailableError */
  async enqueue(pool: Pool, uid: UserId, { kind, ...notice }: Notice): Promise<void> {
    const orgId = pool.id === 'main' ? null : pool.id;
    await this.deps.queue.enqueue(sealJob(this.deps.cipher, { kind: 'notice', orgId, uid, notice: kind, ...notice }));
  }

  /**
   * The other end of the queue: what the providers said. An address that was told before is not told again.
   * @throws NotTakenError when one of them is to be tried again, UnavailableError
   */
  async deliver(job: NoticeJob): Promise<readonly Handover[]> {
    const sender = await this.deps.worker.senderOf(job.orgId);
    const user = sender === null ? null : await this.deps.directory.find(poolOf(sender), job.uid);
    if (sender === null || user === null) return [];
    const sending = verifiedContactsOf(user).map((to) => {
      const id = deliveryId.named(this.deps.indexKey, ['notice', job.notice, job.eventId, to.kind, to.value]);
      const entry = { id, orgId: job.orgId, to, purpose: job.notice };
      const message = { to, purpose: job.notice, at: job.at, locale: job.locale };
      const sendBefore = job.at + NOTICE_LIFETIME_MS;
      const kind = job.notice;
      // A password costs a password: of its changes everybody is told, however many there are.
      const isCounted = kind !== 'new_device';
      const how = { kind, sendBefore, isForNobody: false, isCounted, fallback: null };
      return this.deps.worker.deliver(sender, { entry, message, ...how });
    });
    const results = await Promise.allSettled(sending);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw failures.find((error) => !(error instanceof NotTakenError)) ?? failures[0];
    return results.flatMap((result) => (result.status === 'fulfilled' && result.value !== null ? [result.value] : []));
  }
}
