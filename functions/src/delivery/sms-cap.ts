import { LRUCache } from 'lru-cache';
import { auditId } from '../audit/audit-id.js';
import { type Actor, type AuditAction, type AuditRecord, auditRecord } from '../audit/audit-record.js';
import type { AuditStore } from '../audit/audit-store.js';
import { RateLimitedError } from '../errors/gatehouse-error.js';
import type { BackgroundWork } from '../lib/background-work.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import type { LeasedLimiter } from '../limits/leased-limiter.js';
import { LOCAL_SUBJECTS } from '../limits/limit-policy.js';
import type { OrgId } from '../orgs/org-id.js';
import { CAP_NEAR_SHARE } from './delivery-policy.js';
import type { Sender } from './message.js';

interface SmsCapDependencies {
  readonly leased: LeasedLimiter;
  readonly audit: AuditStore;
  readonly background: BackgroundWork;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

const ACTOR: Actor = { kind: 'system', id: 'delivery', from: null, requestId: 'sms-cap' };

/** What an org, or the main app, may spend on text messages in a day. Its admins are told once a day that it is near, and that it is reached. */
export class SmsCap {
  /** On which day this instance last wrote down what of which org. */
  private readonly told = new LRUCache<string, number>({ max: LOCAL_SUBJECTS });

  constructor(private readonly deps: SmsCapDependencies) {}

  /** @throws RateLimitedError at the cap, UnavailableError */
  async take({ orgId, settings }: Sender): Promise<void> {
    const { smsPerDay } = settings;
    const own = smsPerDay === null ? null : { sms1d: smsPerDay };
    try {
      const [standing] = await this.deps.leased.take('org_sms', idOf(orgId), own);
      if (standing === undefined) return;
      const { quota, remaining } = standing;
      if (quota - remaining >= quota * CAP_NEAR_SHARE) this.tell(orgId, 'org.sms_cap_near', quota);
    } catch (error) {
      if (error instanceof RateLimitedError) this.tell(orgId, 'org.sms_cap_reached', error.exceeded[0]?.quota ?? 0);
      throw error;
    }
  }

  /** Of a message that did not leave, or that the provider had no number for: nothing was charged. */
  giveBack({ orgId }: Sender): void {
    this.deps.leased.giveBack('org_sms', idOf(orgId));
  }

  /** Behind the answer: that the cap holds does not depend on it. */
  private tell(orgId: OrgId | null, action: AuditAction, cap: number): void {
    const at = new Date(this.deps.clock.now());
    const day = Math.floor(at.getTime() / DAY_MS);
    const [sender] = idOf(orgId);
    const place = `${sender}/${action}`;
    if (this.told.get(place) === day) return;
    this.told.set(place, day);
    const target = { kind: 'org', id: sender } as const;
    const record = auditRecord({ orgId, at, action, target, actor: ACTOR, details: { cap: String(cap) } });
    // The same id on every instance, so that there is one record of it.
    const id = auditId.named(this.deps.indexKey, [action, sender, String(day)]);
    this.deps.background.start(() => this.append({ ...record, id }, place));
  }

  /** What could not be written down is told with the next message. */
  private async append(record: AuditRecord, place: string): Promise<void> {
    try {
      await this.deps.audit.append(record);
    } catch (error) {
      this.told.delete(place);
      throw error;
    }
  }
}

function idOf(orgId: OrgId | null): readonly [string] {
  return [orgId ?? 'main'];
}
