import type { Contact } from '../contacts/contact.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import { traceOf } from './contact-trace.js';
import type { DeliveryId } from './delivery-id.js';
import { CLAIM_LEASE_MS, DELIVERY_MEMORY_MS, TRIES_PER_MESSAGE } from './delivery-policy.js';
import { type DeliveryRecord, goesOn, type ReadDelivery } from './delivery-record.js';
import type { DeliveryChange, DeliveryStore } from './delivery-store.js';
import { channelOf, type Message, type MessagePurpose, type Sender } from './message.js';
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
  /** An earlier try was given to a provider: what it may use up, it has used. */
  readonly isAdmitted: boolean;
}

/** What is known of a message after it was handed over, or kept back. */
type DeliveryState = Pick<DeliveryRecord, 'status' | 'provider' | 'providerId' | 'error' | 'tries' | 'retryAt'>;

const UNTRIED = { provider: null, providerId: null, error: null, tries: 0, retryAt: null };
/** How often a change is tried anew because the record changed between our read and our write. */
const ADVANCE_TRIES = 5;

/** What became of each message. A record only ever goes on, whoever writes it in whatever order. */
export class DeliveryLedger {
  constructor(private readonly deps: DeliveryLedgerDependencies) {}

  /**
   * Of a message that was handed over in the request, where no worker holds a claim. `isOver`: it is not going to be tried
   * again, whatever came of it. @throws UnavailableError
   */
  async add(entry: LedgerEntry, handover: Handover, isOver = false): Promise<void> {
    const state = this.stateAfter(handover, 1, isOver);
    if ((await this.create(entry, state)) === null) await this.advance(entry.id, state);
  }

  /** Of a message that a worker is about to claim; nothing where there is a record of it. @throws UnavailableError */
  async announce(entry: LedgerEntry): Promise<void> {
    await this.create(entry, { ...UNTRIED, status: 'queued', retryAt: new Date(this.deps.clock.now()) });
  }

  /**
   * Of any number of workers one is answered a claim, until its lease is over or the provider is known not to have taken
   * the message; `too_early` while another has it, may be giving it to the provider, or it must wait. null once nobody is
   * to give it to a provider any more. @throws UnavailableError
   */
  async claim(entry: LedgerEntry): Promise<Claim | 'too_early' | null> {
    const leased = { retryAt: new Date(this.deps.clock.now() + CLAIM_LEASE_MS) };
    const found = await this.deps.deliveries.find(entry.id);
    if (found === null) {
      const version = await this.create(entry, { ...UNTRIED, ...leased, status: 'queued' });
      return version === null ? 'too_early' : { id: entry.id, version, tries: 0, isAdmitted: false };
    }
    const { id, status, retryAt, tries, provider } = found;
    if (status !== 'queued' || tries >= TRIES_PER_MESSAGE) return null;
    if (retryAt === null) return this.isUnderWay(found) ? 'too_early' : null;
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
    const version = await this.change(claim, { tries, retryAt: null, error: null });
    return version === null ? null : { ...claim, version, tries };
  }

  /** Whether there is a record of a message. @throws UnavailableError */
  async has(id: DeliveryId): Promise<boolean> {
    return (await this.deps.deliveries.find(id)) !== null;
  }

  /** What a claim came to. Answers whether the message is to be tried again, which `isOver` rules out. @throws UnavailableError */
  async settle(claim: Claim, handover: Handover, isOver = false): Promise<boolean> {
    const state = this.stateAfter(handover, claim.tries, isOver);
    if ((await this.change(claim, state)) === null) await this.advance(claim.id, state);
    return state.retryAt !== null;
  }

  /** Of a message that was claimed and is not to leave, and why. @throws UnavailableError */
  async suppress(claim: Claim, reason: string): Promise<void> {
    await this.change(claim, { status: 'suppressed', tries: claim.tries, error: reason, retryAt: null });
  }

  /** Gives a claim back untried: whoever comes next may claim it at once. @throws UnavailableError */
  async release(claim: Claim): Promise<void> {
    await this.change(claim, { retryAt: new Date(this.deps.clock.now()) });
  }

  /**
   * What a provider reports, or what is known late. Of a message whose record was lost, one is made. Answers whether it was
   * news. @throws UnavailableError also where others keep changing the record
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

  /** Whether a report that a message ended so would be news. @throws UnavailableError */
  async isNews(id: DeliveryId, status: DeliveryRecord['status']): Promise<boolean> {
    const found = await this.deps.deliveries.find(id);
    return found === null || goesOn(found.status, status);
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
    throw new UnavailableError();
  }

  /** Begun a moment ago: the provider may yet say that it does not take it. Whoever died with it has perhaps sent it. */
  private isUnderWay({ error, updatedAt }: DeliveryRecord): boolean {
    return error === null && updatedAt.getTime() + CLAIM_LEASE_MS > this.deps.clock.now();
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

  private stateAfter(handover: Handover, tries: number, isOver: boolean): DeliveryState {
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
      case 'not_tried': {
        const untried = { ...common, error: handover.error, tries: tries - 1 };
        return isOver ? { ...untried, status: 'failed' } : { ...untried, status: 'queued', retryAt: retryAt(0) };
      }
      case 'not_taken': {
        const { error, retryAfterMs } = handover;
        if (isOver || tries >= TRIES_PER_MESSAGE) return { ...common, status: 'failed', error };
        return { ...common, status: 'queued', error, retryAt: retryAt(retryAfterMs) };
      }
    }
  }
}

export function entryOf(id: DeliveryId, { orgId }: Pick<Sender, 'orgId'>, { to, purpose }: Message): LedgerEntry {
  return { id, orgId, to, purpose };
}

/** The provider's name for a message whose fate was reported before its handover was written down. */
function missingOf({ provider, providerId }: DeliveryRecord, state: Partial<DeliveryState>): DeliveryChange | null {
  if (providerId !== null || state.providerId == null) return null;
  return { provider: state.provider ?? provider, providerId: state.providerId };
}
