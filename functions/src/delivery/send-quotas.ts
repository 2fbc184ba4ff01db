import type { Contact } from '../contacts/contact.js';
import { isTestContact } from '../contacts/test-contact.js';
import { GatehouseError } from '../errors/gatehouse-error.js';
import { settleBoth } from '../lib/settle.js';
import type { Count, Limiter, LimitSubject, LimitUse } from '../limits/limiter.js';
import { isNoticeKind, type MessagePurpose, type Sender } from './message.js';
import type { PrefixBreaker } from './prefix-breaker.js';
import type { SmsCap } from './sms-cap.js';
import { assertMaySend, prefixOf } from './sms-policy.js';

interface SendQuotasDependencies {
  readonly limiter: Limiter;
  readonly prefixes: PrefixBreaker;
  readonly cap: SmsCap;
}

/**
 * The kinds of message that are counted apart. `unasked`: a code that goes to another contact than it was asked for by,
 * whose own limit must not tell that the two are one user's.
 */
export type SendKind = MessagePurpose | 'unasked';

/** One message, counted before anybody knows whether it will be sent. */
export interface CountedSend {
  readonly sender: Sender;
  readonly to: Contact;
  readonly use: LimitUse;
  /** The refusal of an instance that knows the destination to be full; null where it was admitted before. */
  readonly destination: Count | GatehouseError | null;
  /** null for what goes by e-mail, is no code that anybody could use, or does not leave. */
  readonly prefix: string | null;
}

/**
 * What may be sent, to whom and how often: by destination, by number prefix, by org and day, by country. Counted before the
 * work is done, and given back where it was not.
 */
export class SendQuotas {
  constructor(private readonly deps: SendQuotasDependencies) {}

  /** Each count is to be admitted or given back. `isCounted`: the destination was before. @throws UnavailableError */
  async count(sender: Sender, to: Contact, kind: SendKind, { isCounted = false } = {}): Promise<CountedSend> {
    const { subject, use } = destinationOf(sender, to, kind);
    const prefix = isWatched(sender, to, kind) ? prefixOf(to.value) : null;
    const refusal = isCounted ? null : this.refusalOf(subject, use);
    if (refusal !== null) return { sender, to, use, destination: refusal, prefix };
    const [destination] = await settleBoth(
      isCounted ? NOTHING : this.deps.limiter.count(subject, [use]),
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
    const { limiter, prefixes, cap } = this.deps;
    if (destination instanceof GatehouseError) throw destination;
    await this.orGiveBack(send, () => assertMaySend(sender, to));
    // What it refuses, it has given back itself.
    if (destination !== null) await limiter.admit(destination, [use]);
    await this.orGiveBack(send, async () => {
      if (prefix !== null) await prefixes.take(prefix);
    });
    if (to.kind === 'phone' && !isTestContact(sender, to)) await this.takeOfCap(send, () => cap.take(sender));
    if (destination !== null) limiter.tell(destination, [use]);
  }

  /** @throws what `count` and `admit` throw */
  async reserve(sender: Sender, to: Contact, kind: SendKind, how?: { readonly isCounted: boolean }): Promise<void> {
    await this.admit(await this.count(sender, to, kind, how));
  }

  /** Where a message is asked for by its destination, before anybody knows whether it is somebody's. @throws RateLimitedError */
  async reserveDestination(sender: Sender, to: Contact, kind: SendKind): Promise<void> {
    const { subject, use } = destinationOf(sender, to, kind);
    await this.deps.limiter.reserve(subject, [use]);
  }

  /** Of a message that was not sent after all, and had not been admitted. @throws UnavailableError */
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

  private takeOfCap(send: CountedSend, take: () => Promise<void>): Promise<void> {
    return this.orGiveBack(send, async () => {
      try {
        await take();
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

const NOTHING = Promise.resolve(null);

/** Whether the share of codes that are used says something of it. */
function isWatched(sender: Sender, to: Contact, kind: SendKind): boolean {
  return to.kind === 'phone' && !isNoticeKind(kind) && sender.environment !== 'test';
}

/**
 * Destinations are counted over all orgs, but for those that send nothing: what is asked for in one of them is nobody
 * else's. Nor is what anybody at all can ask for, of the main app: it must not keep messages from partners' users.
 */
function countedApart({ environment, orgId }: Sender): readonly string[] {
  if (orgId === null) return ['main'];
  return environment === 'test' ? [orgId] : [];
}

function destinationOf(sender: Sender, to: Contact, kind: SendKind): { subject: LimitSubject; use: LimitUse } {
  const id = ['destination', ...countedApart(sender), to.kind, to.value];
  const subject = { id, settings: sender.settings.limits, isExempt: isTestContact(sender, to) };
  return { subject, use: { limit: 'code_sends', scope: kind } };
}
