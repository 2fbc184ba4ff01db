import type { Contact } from '../contacts/contact.js';
import { GatehouseError, UnavailableError } from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import type { MainApp } from '../orgs/main-app.js';
import type { OrgStore } from '../orgs/org-store.js';
import type { PoolOwner } from '../orgs/pool-owner.js';
import { type DeliveryId, deliveryId } from './delivery-id.js';
import type { Claim, DeliveryLedger, LedgerEntry } from './delivery-ledger.js';
import type { Dispatcher } from './dispatcher.js';
import type { CodeJob } from './job.js';
import type { Message, Sender } from './message.js';
import { givenUp, type Handover, isDown } from './message-sender.js';
import type { SendKind, SendQuotas } from './send-quotas.js';
import { assertMaySend } from './sms-policy.js';

interface DeliveryWorkerDependencies {
  readonly orgs: OrgStore;
  readonly mainApp: MainApp;
  readonly dispatcher: Dispatcher;
  readonly ledger: DeliveryLedger;
  readonly quotas: SendQuotas;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** One message as the queue brings it, perhaps for the second time. */
export interface QueuedMessage {
  readonly entry: LedgerEntry;
  readonly message: Message;
  readonly kind: SendKind;
  readonly sendBefore: number;
  readonly isForNobody: boolean;
  /** Whether the destination's own limit has admitted it already. */
  readonly isCounted: boolean;
  /** Where it goes instead while text messages can't be sent. */
  readonly fallback: Contact | null;
}

/** The provider did not take it, and may take it later: the queue is to bring it again. */
export class NotTakenError extends Error {
  constructor() {
    super('the message was not taken yet');
    this.name = 'NotTakenError';
  }
}

/** The other end of the queue: gives each message to its provider, twice at most, however often the queue brings it. */
export class DeliveryWorker {
  constructor(private readonly deps: DeliveryWorkerDependencies) {}

  /** Answers what the provider said; null when there was nothing to hand over. @throws NotTakenError, UnavailableError */
  async deliverCode({ id, orgId, message, ...job }: CodeJob): Promise<Handover | null> {
    const { to, purpose } = message;
    const sender = await this.senderOf(orgId);
    return sender === null
      ? null
      : this.deliver(sender, {
          entry: { id, orgId, to, purpose },
          message,
          ...job,
          kind: job.isCounted ? purpose : 'unasked',
        });
  }

  /** @throws NotTakenError, UnavailableError */
  async deliver(sender: PoolOwner, queued: QueuedMessage): Promise<Handover | null> {
    if (sender.environment === 'test') return null;
    const { ledger, dispatcher } = this.deps;
    const claim = await ledger.claim(queued.entry);
    if (claim === 'too_early') throw new NotTakenError();
    if (claim === null) return this.resumeInstead(sender, queued);
    const reason = await this.orRelease(claim, () => this.reasonAgainst(sender, queued, claim));
    if (reason !== null) return this.suppress(claim, reason);
    const begun = await ledger.begin(claim);
    if (begun === null) throw new NotTakenError();
    // As late as that: up to here it costs what a real one does.
    if (queued.isForNobody) return this.suppress(begun, 'nobody');
    const handover = await dispatcher.hand(claim.id, sender, queued.message);
    if (queued.fallback !== null && isDown(handover)) {
      await ledger.settle(begun, givenUp(handover));
      return this.deliverInstead(sender, queued, queued.fallback);
    }
    if (await ledger.settle(begun, handover)) throw new NotTakenError();
    return handover;
  }

  private deliverInstead(sender: PoolOwner, queued: QueuedMessage, to: Contact): Promise<Handover | null> {
    const entry = { ...queued.entry, id: this.insteadOf(queued), to };
    const message = { ...queued.message, to };
    return this.deliver(sender, { ...queued, entry, message, kind: 'unasked', isCounted: false, fallback: null });
  }

  /** What went out instead may be what the queue brings it again for. */
  private async resumeInstead(sender: PoolOwner, queued: QueuedMessage): Promise<Handover | null> {
    const { fallback } = queued;
    if (fallback === null || !(await this.deps.ledger.isBegun(this.insteadOf(queued)))) return null;
    return this.deliverInstead(sender, queued, fallback);
  }

  private insteadOf({ entry }: QueuedMessage): DeliveryId {
    return deliveryId.named(this.deps.indexKey, ['fallback', entry.id]);
  }

  /** The org as it is by now, or the main app; null when there is none any more, and nothing is kept of it. @throws UnavailableError */
  async senderOf(orgId: Sender['orgId']): Promise<PoolOwner | null> {
    return orgId === null ? this.deps.mainApp : this.deps.orgs.find(orgId);
  }

  /** Why a message is not to leave. One for nobody uses up what a real one would. */
  private async reasonAgainst(sender: PoolOwner, queued: QueuedMessage, claim: Claim): Promise<string | null> {
    const { message, kind, isCounted, sendBefore } = queued;
    if (sendBefore <= this.deps.clock.now()) return 'expired';
    if (sender.status !== 'active') return 'client_inactive';
    try {
      // What it uses up, it uses up once; what an admin has stopped meanwhile is stopped.
      if (claim.isAdmitted) await assertMaySend(sender, message.to);
      else await this.deps.quotas.reserve(sender, message.to, kind, { isCounted });
    } catch (error) {
      if (error instanceof UnavailableError || !(error instanceof GatehouseError)) throw error;
      return error.code;
    }
    return null;
  }

  private async suppress(claim: Claim, reason: string): Promise<null> {
    await this.deps.ledger.suppress(claim, reason);
    return null;
  }

  private async orRelease<T>(claim: Claim, look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      // Where that fails too, the lease ends by itself.
      await this.deps.ledger.release(claim).catch(() => {});
      throw error;
    }
  }
}
