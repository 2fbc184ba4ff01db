import type { DeliveryQueue } from '../../delivery/delivery-queue.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';
import { SECOND_MS } from '../../lib/clock.js';

/** What the task function `deliver` is given. */
export interface DeliverTask {
  readonly payload: string;
}

export interface CloudTasksOptions {
  readonly projectId: string;
  /** `locations/us-central1/functions/deliver` */
  readonly functionName: string;
}

type TaskQueue = Pick<import('firebase-admin/functions').TaskQueue<DeliverTask>, 'enqueue'>;

/** Queues work for the task function. firebase-admin is loaded with the first task. */
export class CloudTasksQueue implements DeliveryQueue {
  private queue: Promise<TaskQueue> | undefined;

  constructor(
    private readonly options: CloudTasksOptions,
    private readonly backend: Backend,
  ) {}

  /** In whole seconds, of which the last is waited out. The emulator of Cloud Tasks does not wait at all. */
  async enqueue(payload: string, delayMs = 0): Promise<void> {
    this.queue ??= this.open();
    const queue = await this.queue;
    const delay = delayMs > 0 ? { scheduleDelaySeconds: Math.ceil(delayMs / SECOND_MS) } : {};
    try {
      await this.backend.call('enqueue', {}, () => queue.enqueue({ payload }, delay));
    } catch (error) {
      throw new UnavailableError(error);
    }
  }

  private async open(): Promise<TaskQueue> {
    const [{ getApps, initializeApp }, { getFunctions }] = await Promise.all([
      import('firebase-admin/app'),
      import('firebase-admin/functions'),
    ]);
    const app = getApps()[0] ?? initializeApp({ projectId: this.options.projectId });
    return getFunctions(app).taskQueue<DeliverTask>(this.options.functionName);
  }
}
