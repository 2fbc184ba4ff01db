import type { Contact } from '../contacts/contact.js';
import type { Clock } from '../lib/clock.js';
import { traceOf } from './contact-trace.js';
import type { DeliveryId } from './delivery-id.js';
import { CLAIM_LEASE_MS, DELIVERY_MEMORY_MS, TRIES_PER_MESSAGE } from './delivery-policy.js';
import { type DeliveryRecord, goesOn, type ReadDelivery } from './delivery-record.js';
import type { DeliveryChange, DeliveryStore } from './delivery-store.js';
import { channelOf, type MessagePurpose, type Sender } from './message.js';
import type { Handover } from './message-sender.js';
import { priceClassOf } from './sms-policy.js';

interface DeliveryLedgerDependencies {
  readonly deliveries: DeliveryStore;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** Which message, of whom, to whom. */
export interface LedgerEntry {
  readonly id: DeliveryId;
  readonly orgId: Sender['orgId'];
  readonly to: Contact;
  readonly purpose: MessagePurpose;
}

/** The right to look at a message, and with `begin` to give it to a provider, once. */
export interface Claim extends Pick<ReadDelivery, 'id' | 'version' | 'tries'> {
  /** Whether it was to go out before: what it may use up, it has used. */
  readonly isAdmitted: boolean;
}

/** What is known of a message after it was handed over, or kept back. */
type DeliveryState = Pick<DeliveryRecord, 'status' | 'provider' | 'providerId' | 'error' | 'tries' | 'retryAt'>;

const UNTRIED = { provider: null, providerId: null, error: null, tries: 0, retryAt: null };
/** Readers of one record that are in each other's way. */
const ADVANCE_TRIES = 5;

/** What became of each message. A record only ever goes on, whoever writes it in whatever order. */
export class DeliveryLedger {
  constructor(private readonly deps: DeliveryLedgerDependencies) {}

  /** Of a message that was handed over without a claim. @throws UnavailableError */
  async add(entry: LedgerEntry, handover: Handover): Promise<void> {
    const state = this.stateAfter(handover, 1);
    if ((await this.create(entry, state)) === null) await this.advance(entry.id, state);
  }

  /**
   * Of any number of workers one is answered a claim, until its lease is over or the provider is known not to have taken
   * the message; `too_early` while another has it, or it must wait. null once nobody is to give it to a provider any more.
   * @throws UnavailableError
   */
  async claim(entry: LedgerEntry): Promise<Claim | 'too_early' | null> {
    const leased = { retryAt: new Date(this.deps.clock.now() + CLAIM_LEASE_MS) };
    const found = await this.deps.deliveries.find(entry.id);
    if (found === null) {
      const version = await this.create(entry, { ...UNTRIED, ...leased, status: 'queued' });
      return version === null ? 'too_early' : { id: entry.id, version, tries: 0, isAdmitted: false };
    }
    const { id, status, retryAt, tries, provider } = found;
    if (status !== 'queued' || retryAt === null || tries >= TRIES_PER_MESSAGE) return null;
    if (retryAt.getTime() > this.deps.clock.now()) return 'too_early';
    const version = await this.change(found, leased);
    return version === null ? 'too_early' : { id, version, tries, isAdmitted: provider !== null };
  }

  /**
   * From here on the message counts as given to the provider: whoever dies now has perhaps sent it, and nobody sends it
   * again. null when the lease was over and somebody else has it. @throws UnavailableError
   */
  async begin(claim: Claim): Promise<Claim | null> {
    const tries = claim.tries + 1;
    const version = await this.change(claim, { tries, retryAt: null });
    return version === null ? null : { ...claim, version, tries };
  }

  /** Whether anybody has begun with a message. @throws UnavailableError */
  async isBegun(id: DeliveryId): Promise<boolean> {
    return (await this.deps.deliveries.find(id)) !== null;
  }

  /** What a claim came to. Answers whether the message is to be tried again. @throws UnavailableError */
  async settle(claim: Claim, handover: Handover): Promise<boolean> {
    const state = this.stateAfter(handover, claim.tries);
    if ((await this.change(claim, state)) === null) await this.advance(claim.id, state);
    return state.retryAt !== null;
  }

  /** Of a message that is not to leave. @throws UnavailableError */
  async suppress(claim: Claim, reason: string): Promise<void> {
    await this.change(claim, { ...UNTRIED, status: 'suppressed', error: reason });
  }

  /** Of a message that could not be looked at: whoever comes next may claim it. @throws UnavailableError */
  async release(claim: Claim): Promise<void> {
    await this.change(claim, { retryAt: new Date(this.deps.clock.now()) });
  }

  /**
   * What a provider reports, or what is known late. Of a message whose record was lost, one is made. Answers whether it was
   * news. @throws UnavailableError
   */
  async report(entry: LedgerEntry, report: Omit<DeliveryState, 'tries' | 'retryAt'>): Promise<boolean> {
    const { providerId, ...known } = report;
    // A report without the provider's id takes none away.
    const state = providerId === null ? known : report;
    const isNews = await this.advance(entry.id, state);
    if (isNews !== null) return isNews;
    if ((await this.create(entry, { ...report, tries: 1, retryAt: null })) !== null) return true;
    return (await this.advance(entry.id, state)) === true;
  }

  /** Answers whether that was more than the record had; null when there is none. */
  private async advance(
    id: DeliveryId,
    state: Partial<DeliveryState> & Pick<DeliveryState, 'status'>,
  ): Promise<boolean | null> {
    for (let tries = 0; tries < ADVANCE_TRIES; tries += 1) {
      const found = await this.deps.deliveries.find(id);
      if (found === null) return null;
      const change = goesOn(found.status, state.status) ? state : missingOf(found, state);
      if (change === null) return false;
      if ((await this.change(found, change)) !== null) return true;
    }
    return false;
  }

  private async create(entry: LedgerEntry, state: DeliveryState): Promise<string | null> {
    const { id, orgId, to, purpose } = entry;
    const at = new Date(this.deps.clock.now());
    return this.deps.deliveries.create({
      id,
      orgId,
      purpose,
      channel: channelOf(to),
      priceClass: await priceClassOf(to),
      ...traceOf(this.deps.indexKey, to),
      ...state,
      createdAt: at,
      updatedAt: at,
      purgeAt: new Date(at.getTime() + DELIVERY_MEMORY_MS),
    });
  }

  private change(read: Pick<ReadDelivery, 'id' | 'version'>, change: DeliveryChange): Promise<string | null> {
    return this.deps.deliveries.change(read, { ...change, updatedAt: new Date(this.deps.clock.now()) });
  }

  private stateAfter(handover: Handover, tries: number): DeliveryState {
    const { provider } = handover;
    const common = { provider, providerId: null, tries, retryAt: null };
    const retryAt = (waitMs: number) => new Date(this.deps.clock.now() + waitMs);
    switch (handover.outcome) {
      case 'accepted':
        return { ...common, status: 'sent', providerId: handover.providerId, error: null };
      case 'unknown':
        return { ...common, status: 'queued', error: handover.error };
      case 'refused':
        return { ...common, status: 'failed', error: handover.error };
      case 'not_tried':
        return { ...common, status: 'queued', error: handover.error, tries: tries - 1, retryAt: retryAt(0) };
      case 'not_taken': {
        const { error, retryAfterMs } = handover;
        if (tries >= TRIES_PER_MESSAGE) return { ...common, status: 'failed', error };
        return { ...common, status: 'queued', error, retryAt: retryAt(retryAfterMs) };
      }
    }
  }
}

/** The provider's name for a message whose fate was reported before its handover was written down. */
function missingOf({ provider, providerId }: DeliveryRecord, state: Partial<DeliveryState>): DeliveryChange | null {
  if (providerId !== null || state.providerId == null) return null;
  return { provider: state.provider ?? provider, providerId: state.providerId };
}
