import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import { GatehouseError } from '../errors/gatehouse-error.js';
import { NOTHING, settleBoth } from '../lib/settle.js';
import type { Count, Limiter, LimitSubject, LimitUse } from '../limits/limiter.js';
import { isNoticeKind, type MessagePurpose, type Sender } from './message.js';
import { type PrefixBreaker, type WatchedPrefix, watchedPrefix } from './prefix-breaker.js';
import type { SmsCap } from './sms-cap.js';
import { assertMaySend } from './sms-policy.js';

interface SendQuotasDependencies {
  readonly limiter: Limiter;
  readonly prefixes: PrefixBreaker;
  readonly cap: SmsCap;
}

/**
 * By what a destination's messages are counted, each apart. `unasked`: a code that goes to the user's other contact than it
 * was asked for by: in that contact's own count it would show that both are one user's.
 */
export type CountedAs = MessagePurpose | 'unasked';

/** One message, counted before anybody knows whether it will be sent. */
export interface CountedSend {
  readonly sender: Sender;
  readonly to: Contact;
  readonly use: LimitUse;
  /** To be admitted or given back; an error where this instance knows the destination to be full; null where it is not counted. */
  readonly destination: Count | GatehouseError | null;
  /** null for what goes by e-mail, is no code that anybody could use, or does not leave. */
  readonly prefix: WatchedPrefix | null;
}

/**
 * What may be sent, to whom and how often: by destination, by number prefix, by org and day, by country. Counted before the
 * work is done, and given back where it was not.
 */
export class SendQuotas {
  constructor(private readonly deps: SendQuotasDependencies) {}

  /**
   * Each count is to be admitted or given back. `countAs`: null for what its destination is not counted for, or was
   * counted before. @throws UnavailableError
   */
  async count(
    sender: Sender,
    to: Contact,
    purpose: MessagePurpose,
    countAs: CountedAs | null = purpose,
  ): Promise<CountedSend> {
    const { subject, use } = destinationOf(sender, to, countAs ?? purpose);
    const prefix = isWatched(sender, to, purpose) ? watchedPrefix(sender, to.value) : null;
    const refusal = countAs === null ? null : this.refusalOf(subject, use);
    if (refusal !== null) return { sender, to, use, destination: refusal, prefix };
    const [destination] = await settleBoth(
      countAs === null ? NOTHING : this.deps.limiter.count(subject, [use]),
      prefix === null ? NOTHING : this.deps.prefixes.prepare(prefix),
    );
    return { sender, to, use, destination, prefix };
  }

  /**
   * Refused, nothing stays counted.
   * @throws SendingStoppedError, SmsNotAllowedError, RateLimitedError, UnavailableError
   */
  async admit(send: CountedSend): Promise<void> {
    const { sender, to, use, destination, prefix } = send;
    const { limiter, prefixes } = this.deps;
    if (destination instanceof GatehouseError) throw destination;
    await this.orGiveBack(send, () => assertMaySend(sender, to));
    // What it refuses, it has given back itself.
    if (destination !== null) await limiter.admit(destination, [use]);
    await this.orGiveBack(send, async () => {
      if (prefix !== null) await prefixes.take(prefix);
    });
    if (isCapped(send)) await this.takeOfCap(send);
    if (destination !== null) limiter.tell(destination, [use]);
  }

  /** @throws what `count` and `admit` throw */
  async reserve(
    sender: Sender,
    to: Contact,
    purpose: MessagePurpose,
    countAs?: CountedAs | null,
  ): Promise<CountedSend> {
    const send = await this.count(sender, to, purpose, countAs);
    await this.admit(send);
    return send;
  }

  /** Of a message that was admitted and did not leave: it will be counted again. */
  async undo(send: CountedSend): Promise<void> {
    if (send.prefix !== null) this.deps.prefixes.giveBack(send.prefix);
    if (isCapped(send)) this.deps.cap.giveBack(send.sender);
    await this.giveBack(send);
  }

  /** Where a message is asked for by its destination, before anybody knows whether it is somebody's. @throws RateLimitedError */
  async reserveDestination(sender: Sender, to: Contact, countAs: CountedAs): Promise<void> {
    const { subject, use } = destinationOf(sender, to, countAs);
    await this.deps.limiter.reserve(subject, [use]);
  }

  /** Of a message that was not sent after all, and had not been admitted. */
  async giveBack({ destination }: CountedSend): Promise<void> {
    if (destination === null || destination instanceof GatehouseError) return;
    await this.deps.limiter.giveBack(destination);
  }

  private refusalOf(subject: LimitSubject, use: LimitUse): GatehouseError | null {
    try {
      this.deps.limiter.assertOpen(subject, [use]);
      return null;
    } catch (error) {
      if (error instanceof GatehouseError) return error;
      throw error;
    }
  }

  private takeOfCap(send: CountedSend): Promise<void> {
    return this.orGiveBack(send, async () => {
      try {
        await this.deps.cap.take(send.sender);
      } catch (error) {
        if (send.prefix !== null) this.deps.prefixes.giveBack(send.prefix);
        throw error;
      }
    });
  }

  private async orGiveBack(send: CountedSend, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.giveBack(send);
      throw error;
    }
  }
}

/** Whether the share of codes that are used says something of it. */
function isWatched(sender: Sender, to: Contact, purpose: MessagePurpose): boolean {
  return to.kind === 'phone' && !isNoticeKind(purpose) && sender.environment !== 'test';
}

function isCapped({ sender, to }: CountedSend): boolean {
  return to.kind === 'phone' && !isTestContact(sender, to);
}

/**
 * Destinations are counted over all orgs, but for those that send nothing: what is asked for in one of them is nobody
 * else's. Nor is what anybody at all can ask for, of the main app: it must not keep messages from partners' users.
 */
function countedApart({ environment, orgId }: Sender): readonly string[] {
  if (orgId === null) return ['main'];
  return environment === 'test' ? [orgId] : [];
}

function destinationOf(sender: Sender, to: Contact, countAs: CountedAs): { subject: LimitSubject; use: LimitUse } {
  const id = ['destination', ...countedApart(sender), to.kind, to.value];
  const subject = { id, settings: sender.settings.limits, isExempt: isTestContact(sender, to) };
  return { subject, use: { limit: 'code_sends', scope: countAs } };
}
