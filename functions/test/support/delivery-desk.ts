import { type MemoryPorts, memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import type { ChallengeKey } from '../../src/codes/challenge-record.js';
import { composeDelivery } from '../../src/compose-delivery.js';
import type { Contact } from '../../src/contacts/contact.js';
import { deliveryId } from '../../src/delivery/delivery-id.js';
import type { DeliveryRecord } from '../../src/delivery/delivery-record.js';
import type { CodeJob } from '../../src/delivery/job.js';
import type { IssuedCodeMessage } from '../../src/delivery/message.js';
import { BackgroundWork } from '../../src/lib/background-work.js';
import { LeasedLimiter } from '../../src/limits/leased-limiter.js';
import { Limiter } from '../../src/limits/limiter.js';
import { DEFAULT_MAIN_APP } from '../../src/orgs/main-app.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from '../../src/orgs/org-settings.js';
import { FieldCipher } from '../../src/pii/field-cipher.js';
import { PoolUsers } from '../../src/users/pool-users.js';
import { FaultPlan } from './fault-plan.js';
import { newOrg, storeOrg } from './records.js';
import { ScriptedProvider } from './scripted-provider.js';
import { StandingLimits } from './standing-limits.js';
import { INDEX_KEY, ManualClock, testKeyring } from './unit-fixtures.js';

export const EMAIL: Contact = { kind: 'email', value: 'ada@acme.com' };
export const PHONE: Contact = { kind: 'phone', value: '+12025013456' };

/** A number of the same block of ten thousand for each index below that, of the next block from there on. */
export const phoneOf = (index: number): Contact => ({ kind: 'phone', value: `+1202${String(6_000_000 + index)}` });

export function orgWith(settings: Partial<OrgSettings>, change: Partial<OrgRecord> = {}): OrgRecord {
  return newOrg({ ...change, settings: { ...DEFAULT_ORG_SETTINGS, ...settings } });
}

export function codeMessage(to: Contact = EMAIL, change: Partial<IssuedCodeMessage> = {}): IssuedCodeMessage {
  const issued = { code: '012345', place: 'a-place' as ChallengeKey, sequence: 1 };
  return { to, purpose: 'login', ...issued, lifetimeSeconds: 600, locale: 'en', ...change };
}

/** What several instances share. */
export class DeliveryDesk {
  readonly clock = new ManualClock();
  readonly faults = new FaultPlan();
  readonly provider = new ScriptedProvider();
  readonly limits = new StandingLimits();
  readonly ports: MemoryPorts = { ...memoryPorts('demo-gatehouse', this.clock), limits: this.limits };
  readonly cipher = new FieldCipher(testKeyring('data'));
  readonly background: BackgroundWork;
  /** What went wrong behind answers. */
  readonly errors: unknown[] = [];
  readonly org: OrgRecord;

  constructor(settings: Partial<OrgSettings> = {}) {
    this.background = new BackgroundWork((error) => this.errors.push(error));
    this.org = orgWith(settings);
  }

  /** Its org is where the worker looks for it. */
  static async open(settings: Partial<OrgSettings> = {}): Promise<DeliveryDesk> {
    const desk = new DeliveryDesk(settings);
    await storeOrg(desk.ports.orgs, desk.org);
    return desk;
  }

  /** One more instance, with a memory of its own. */
  instance() {
    const { clock, background, cipher, faults } = this;
    const wrap = <Name extends keyof MemoryPorts>(name: Name) => faults.wrap(name, this.ports[name]);
    const ports = {
      challenges: wrap('challenges'),
      deliveries: wrap('deliveries'),
      limits: wrap('limits'),
      orgs: wrap('orgs'),
      queue: wrap('queue'),
    };
    const { audit, revocations } = this.ports;
    const directory = new PoolUsers(this.ports);
    const parts = { ...ports, directory, mainApp: DEFAULT_MAIN_APP, clock, background, cipher, indexKey: INDEX_KEY };
    const limiter = new Limiter(parts);
    const sender = faults.wrap('sender', this.provider);
    const outer = { ...ports, audit, revocations, sender };
    return { limiter, ...composeDelivery(outer, { ...parts, limiter, leased: new LeasedLimiter(parts) }) };
  }

  /** What became of all messages, when nothing is under way behind an answer. */
  async records(): Promise<readonly DeliveryRecord[]> {
    await this.background.idle();
    return this.ports.deliveries.all;
  }

  /** A queued code, as `sendLater` makes it. */
  job(change: Partial<CodeJob> & { readonly to?: Contact } = {}): CodeJob {
    const { to = EMAIL, ...rest } = change;
    const common = { kind: 'code', id: deliveryId.generate(), orgId: this.org.orgId, fallback: null } as const;
    const message = codeMessage(to, { purpose: 'password_reset' });
    const sendBefore = this.clock.now() + 600_000;
    return { ...common, message, sendBefore, isForNobody: false, isCounted: true, ...rest };
  }
}

export type Instance = ReturnType<DeliveryDesk['instance']>;
