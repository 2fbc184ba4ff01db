import type { Contact } from '../contacts/contact.js';
import { deliveryId } from '../delivery/delivery-id.js';
import { NOTICE_LIFETIME_MS, NOTICE_PAUSE_MS } from '../delivery/delivery-policy.js';
import type { DeliveryQueue } from '../delivery/delivery-queue.js';
import { type DeliveryWorker, NotTakenError } from '../delivery/delivery-worker.js';
import { contactSchema, type NoticeJob, sealJob } from '../delivery/job.js';
import type { Handover } from '../delivery/message-sender.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import { type PoolOwner, poolOf } from '../orgs/pool-owner.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { UserDirectory } from '../users/user-directory.js';
import { verifiedContactsOf } from '../users/user-record.js';
import { formerPlace } from './former-place.js';

interface NoticeWorkerDependencies {
  readonly worker: DeliveryWorker;
  readonly queue: DeliveryQueue;
  readonly directory: UserDirectory;
  readonly cipher: FieldCipher;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/**
 * Tells users what happened to their account, at every address that is known to be theirs, and the one that was until then:
 * each once for each event.
 */
export class NoticeWorker {
  constructor(private readonly deps: NoticeWorkerDependencies) {}

  /**
   * Answers what the providers said. An address that was told before is not told again. The queue gives a job up long before
   * a notice is worth nothing: what can't be told for that long is queued anew, for later.
   * @throws NotTakenError when one of them is to be tried again, UnavailableError
   */
  async deliver(job: NoticeJob): Promise<readonly Handover[]> {
    try {
      return await this.tellAll(job);
    } catch (error) {
      const mayPass = error instanceof NotTakenError || error instanceof UnavailableError;
      if (!mayPass || this.deps.clock.now() - job.notice.at < NOTICE_PAUSE_MS) throw error;
      await this.deps.queue.enqueue(sealJob(this.deps.cipher, job), NOTICE_PAUSE_MS);
      return [];
    }
  }

  private async tellAll(job: NoticeJob): Promise<readonly Handover[]> {
    const owner = await this.deps.worker.ownerOf(job.orgId);
    const user = owner === null ? null : await this.deps.directory.find(poolOf(owner), job.uid);
    if (owner === null || user === null) return [];
    const addresses = [...verifiedContactsOf(user), ...this.formerOf(owner, job)];
    const results = await Promise.allSettled(addresses.map((to) => this.tell(owner, to, job)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw failures.find((error) => !(error instanceof NotTakenError)) ?? failures[0];
    return results.flatMap((result) => (result.status === 'fulfilled' && result.value !== null ? [result.value] : []));
  }

  private tell(owner: PoolOwner, to: Contact, { notice }: NoticeJob): Promise<Handover | null> {
    const { kind, eventId, at, locale } = notice;
    const id = deliveryId.named(this.deps.indexKey, ['notice', kind, eventId, to.kind, to.value]);
    const message = { to, purpose: kind, at, locale };
    // A password costs a password: of its changes everybody is told, however many there are.
    const countAs = kind === 'new_device' ? kind : null;
    const sendBefore = at + NOTICE_LIFETIME_MS;
    return this.deps.worker.deliver(owner, { id, message, countAs, sendBefore, isForNobody: false, fallback: null });
  }

  private formerOf(owner: PoolOwner, { uid, notice: { former } }: NoticeJob): readonly Contact[] {
    if (former === undefined) return [];
    return [contactSchema.parse(JSON.parse(this.deps.cipher.decrypt(formerPlace(poolOf(owner), uid), former)))];
  }
}
