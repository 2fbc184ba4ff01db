import type { ChallengeStore } from '../codes/challenge-store.js';
import type { Contact } from '../contacts/contact.js';
import { RateLimitedError, SendingStoppedError, SmsNotAllowedError } from '../errors/gatehouse-error.js';
import { type Clock, SECOND_MS } from '../lib/clock.js';
import type { MainApp } from '../orgs/main-app.js';
import type { OrgStore } from '../orgs/org-store.js';
import type { PoolOwner } from '../orgs/pool-owner.js';
import { type DeliveryId, deliveryId } from './delivery-id.js';
import { type Claim, type DeliveryLedger, entryOf } from './delivery-ledger.js';
import { ORDERED_AFTER_MS } from './delivery-policy.js';
import type { Dispatcher } from './dispatcher.js';
import type { CodeJob } from './job.js';
import type { Message, Sender } from './message.js';
import { type Handover, isDown } from './message-sender.js';
import type { CountedAs, CountedSend, SendQuotas } from './send-quotas.js';
import { assertMaySend } from './sms-policy.js';

interface DeliveryWorkerDependencies {
  readonly orgs: OrgStore;
  readonly challenges: ChallengeStore;
  readonly mainApp: MainApp;
  readonly dispatcher: Dispatcher;
  readonly ledger: DeliveryLedger;
  readonly quotas: SendQuotas;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** One message as the queue brings it, perhaps for the second time. */
export interface QueuedMessage {
  readonly id: DeliveryId;
  readonly message: Message;
  /** null where the destination's own limit has admitted it already, or does not count it. */
  readonly countAs: CountedAs | null;
  /** Milliseconds since the epoch: what is not sent by then is worth nothing. */
  readonly sendBefore: number;
  readonly isForNobody: boolean;
  /** Where it goes instead while text messages can't be sent. */
  readonly fallback: Contact | null;
}

/** Whether a message may leave: what was counted for it now, or why it must not. */
type Admission = { readonly counted: CountedSend | null } | { readonly reason: string };

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

  /** Answers what the provider said; null when there was nothing to hand over. @throws as `deliver` does */
  async deliverCode({ id, orgId, message, isCounted, ...job }: CodeJob): Promise<Handover | null> {
    const owner = await this.ownerOf(orgId);
    return owner === null ? null : this.deliver(owner, { ...job, id, message, countAs: isCounted ? null : 'unasked' });
  }

  /**
   * Claims a message, looks whether it may leave, hands it over and writes down what came of it. null when there was nothing
   * to hand over: somebody else has, or it must not leave. @throws NotTakenError, UnavailableError, RequestInProgressError:
   * the queue is to bring it again
   */
  async deliver(owner: PoolOwner, queued: QueuedMessage): Promise<Handover | null> {
    if (owner.environment === 'test') return null;
    const { ledger, dispatcher } = this.deps;
    const claim = await ledger.claim(entryOf(queued.id, owner, queued.message));
    if (claim === 'too_early') throw new NotTakenError();
    if (claim === null) return this.resumeInstead(owner, queued);
    const begun = await this.begin(owner, queued, claim);
    if (begun === null) return null;
    const handover = await dispatcher.hand(claim.id, owner, queued.message);
    const instead = this.insteadOf(queued);
    if (instead !== null && isDown(handover)) return this.deliverInstead(owner, instead, begun, handover);
    if (await ledger.settle(begun, handover)) throw new NotTakenError();
    return handover;
  }

  /** The org as it is by now, or the main app; null when there is none any more, and nothing is kept of it. @throws UnavailableError */
  async ownerOf(orgId: Sender['orgId']): Promise<PoolOwner | null> {
    return orgId === null ? this.deps.mainApp : this.deps.orgs.find(orgId);
  }

  /** Whoever dies between the two finds the other message waiting: that one is written down before this one is over. */
  private async deliverInstead(
    owner: PoolOwner,
    instead: QueuedMessage,
    begun: Claim,
    handover: Handover,
  ): Promise<Handover | null> {
    await this.deps.ledger.announce(entryOf(instead.id, owner, instead.message));
    await this.deps.ledger.settle(begun, handover, true);
    return this.deliver(owner, instead);
  }

  /** What went out instead may be what the queue brings it again for. */
  private async resumeInstead(owner: PoolOwner, queued: QueuedMessage): Promise<Handover | null> {
    const instead = this.insteadOf(queued);
    return instead !== null && (await this.deps.ledger.has(instead.id)) ? this.deliver(owner, instead) : null;
  }

  private insteadOf({ fallback, ...queued }: QueuedMessage): QueuedMessage | null {
    if (fallback === null) return null;
    const id = deliveryId.named(this.deps.indexKey, ['fallback', queued.id]);
    return { ...queued, id, message: { ...queued.message, to: fallback }, countAs: 'unasked', fallback: null };
  }

  /** From here on the message counts as given to its provider. null where it is not to be, and its record says why. */
  private async begin(owner: PoolOwner, queued: QueuedMessage, claim: Claim): Promise<Claim | null> {
    const { ledger } = this.deps;
    const admission = await this.orRelease(claim, () => this.admit(owner, queued, claim));
    if ('reason' in admission) {
      await ledger.suppress(claim, admission.reason);
      return null;
    }
    let begun: Claim | null = null;
    try {
      begun = await ledger.begin(claim);
    } finally {
      // Whoever takes the message up again counts it anew.
      if (begun === null && admission.counted !== null) await this.deps.quotas.undo(admission.counted);
    }
    if (begun === null) throw new NotTakenError();
    if (!queued.isForNobody) return begun;
    // As late as that: up to here it costs what a real one does.
    await ledger.suppress({ ...begun, tries: claim.tries }, 'nobody');
    return null;
  }

  /** One for nobody uses up what a real one would. */
  private async admit(owner: PoolOwner, queued: QueuedMessage, claim: Claim): Promise<Admission> {
    const { message, countAs, sendBefore } = queued;
    if (sendBefore <= this.deps.clock.now()) return { reason: 'expired' };
    if (owner.status !== 'active') return { reason: 'client_inactive' };
    const isSuperseded = await this.isSuperseded(message, sendBefore);
    try {
      const counted = claim.isAdmitted
        ? // What it uses up, it uses up once; what an admin has stopped meanwhile is stopped.
          await assertMaySend(owner, message.to).then(() => null)
        : await this.deps.quotas.reserve(owner, message.to, message.purpose, countAs);
      return isSuperseded ? { reason: 'superseded' } : { counted };
    } catch (error) {
      if (isRefusal(error)) return { reason: error.code };
      throw error;
    }
  }

  /** Of codes that have waited, only the newest is of any use: the others must not come after it. */
  private async isSuperseded(message: Message, sendBefore: number): Promise<boolean> {
    if (!('place' in message)) return false;
    const waitedMs = this.deps.clock.now() - (sendBefore - message.lifetimeSeconds * SECOND_MS);
    return waitedMs >= ORDERED_AFTER_MS && (await this.deps.challenges.isOver(message.place, message.sequence));
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

/** What says no to this message, whoever asks again. Everything else may pass. */
function isRefusal(error: unknown): error is RateLimitedError | SendingStoppedError | SmsNotAllowedError {
  return [RateLimitedError, SendingStoppedError, SmsNotAllowedError].some((refusal) => error instanceof refusal);
}
