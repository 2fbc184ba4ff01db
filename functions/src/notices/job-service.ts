import type { DeliveryWorker } from '../delivery/delivery-worker.js';
import { openJob } from '../delivery/job.js';
import type { Handover } from '../delivery/message-sender.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import type { NoticeWorker } from './notice-worker.js';

interface JobDependencies {
  readonly worker: DeliveryWorker;
  readonly noticeWorker: NoticeWorker;
  readonly cipher: FieldCipher;
}

/** Works off what was queued. */
export class JobService {
  constructor(private readonly deps: JobDependencies) {}

  /**
   * Answers what the providers said.
   * @throws NotTakenError or UnavailableError when the queue is to bring the job again.
   */
  async run(sealed: string): Promise<readonly Handover[]> {
    const job = openJob(this.deps.cipher, sealed);
    if (job.kind === 'notice') return this.deps.noticeWorker.deliver(job);
    const handover = await this.deps.worker.deliverCode(job);
    return handover === null ? [] : [handover];
  }
}
