import type { DeliveryQueue } from '../../delivery/delivery-queue.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';

/** What the task function `deliver` is given. */
export interface DeliverTask {
  readonly payload: string;
}

export interface CloudTasksOptions {
  readonly projectId: string;
  /** `locations/us-central1/functions/deliver` */
  readonly functionName: string;
}

/** Queues work for the task function. firebase-admin is loaded with the first task. */
export class CloudTasksQueue implements DeliveryQueue {
  private queue: Promise<{ enqueue(data: DeliverTask): Promise<void> }> | undefined;

  constructor(
    private readonly options: CloudTasksOptions,
    private readonly backend: Backend,
  ) {}

  async enqueue(payload: string): Promise<void> {
    this.queue ??= this.open();
    const queue = await this.queue;
    try {
      await this.backend.call('enqueue', {}, () => queue.enqueue({ payload }));
    } catch (error) {
      throw new UnavailableError(error);
    }
  }

  private async open(): Promise<{ enqueue(data: DeliverTask): Promise<void> }> {
    const [{ getApps, initializeApp }, { getFunctions }] = await Promise.all([
      import('firebase-admin/app'),
      import('firebase-admin/functions'),
    ]);
    const app = getApps()[0] ?? initializeApp({ projectId: this.options.projectId });
    return getFunctions(app).taskQueue<DeliverTask>(this.options.functionName);
  }
}
