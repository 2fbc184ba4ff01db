import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { composeServices, composeSweep } from '../../src/compose-services.js';
import type { Contact, ContactKind } from '../../src/contacts/contact.js';
import type { MessagePurpose, RenderedMessage } from '../../src/delivery/message.js';
import { UnavailableError } from '../../src/errors/gatehouse-error.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import { BackgroundWork } from '../../src/lib/background-work.js';
import { jsonLogger } from '../../src/lib/logger.js';
import type { SweepReport } from '../../src/maintenance/sweep-service.js';
import { type OrgRecord, orgPool } from '../../src/orgs/org-record.js';
import type { OrgSettings } from '../../src/orgs/org-settings.js';
import type { CodeBearer } from '../../src/users/login-service.js';
import type { Registration } from '../../src/users/registration-service.js';
import type { UserRecord } from '../../src/users/user-record.js';
import { orgWith } from './delivery-desk.js';
import { FaultPlan } from './fault-plan.js';
import { checkedRegistration, storeOrg } from './records.js';
import { ScriptedProvider } from './scripted-provider.js';
import { StandingLimits } from './standing-limits.js';
import { ManualClock, TEST_DEPLOYMENT } from './unit-fixtures.js';

export const NEW_PASSWORD = 'a new one';
const ADDRESS = '203.0.113.7';

/** A user, the queue behind her messages and the sweep behind both, in memory and on a clock that stands still. */
export class NoticeDesk {
  readonly clock = new ManualClock();
  readonly provider = new ScriptedProvider();
  readonly limits = new StandingLimits();
  readonly memory = memoryPorts('demo-gatehouse', this.clock);
  readonly faults = new FaultPlan();
  readonly background = new BackgroundWork();
  readonly ports = {
    ...this.memory,
    sender: this.provider,
    limits: this.limits,
    queue: this.faults.wrap('queue', {
      enqueue: (payload: string, delayMs?: number) => this.enqueue(payload, delayMs),
    }),
    revocations: this.faults.wrap('revocations', this.memory.revocations),
    challenges: this.faults.wrap('challenges', this.memory.challenges),
    sessions: this.faults.wrap('sessions', this.memory.sessions),
    identities: this.faults.wrap('identities', this.memory.identities),
    users: this.faults.wrap('users', this.memory.users),
    deliveries: this.faults.wrap('deliveries', this.memory.deliveries),
  };
  readonly services = this.newInstance();
  isQueueDown = false;

  private constructor(
    readonly org: OrgRecord,
    readonly ada: Registration,
  ) {}

  static async open(settings: Partial<OrgSettings> = {}, org: Partial<OrgRecord> = {}): Promise<NoticeDesk> {
    const desk = new NoticeDesk(orgWith(settings, org), checkedRegistration());
    await storeOrg(desk.memory.orgs, desk.org);
    await desk.services.registration.register(orgPool(desk.org), desk.ada);
    return desk;
  }

  newInstance() {
    return composeServices(this.ports, { ...TEST_DEPLOYMENT, clock: this.clock, background: this.background });
  }

  get contacts(): Readonly<Record<ContactKind, Contact>> {
    return { email: this.ada.email, phone: this.ada.phone };
  }

  /** The user as she is by now. */
  async user(): Promise<UserRecord> {
    await this.background.idle();
    const user = await this.memory.users.findByContact(orgPool(this.org), this.ada.email);
    if (user === null) throw new Error('the user is gone');
    return user;
  }

  async verify(...kinds: readonly ContactKind[]): Promise<void> {
    const { uid } = await this.user();
    for (const kind of kinds) await this.memory.users.markVerified(orgPool(this.org), uid, kind);
  }

  start(by: ContactKind, password = this.ada.password, org = this.org) {
    return this.services.login.start(org, this.contacts[by], password, { address: ADDRESS, agent: null });
  }

  finish(by: ContactKind, agent: string | null = null, bearer: Partial<CodeBearer> = {}) {
    const common = { client: { address: ADDRESS, agent }, attempt: freshAttempt() };
    return this.services.login.finish(this.org, this.contacts[by], this.lastCode, { ...common, ...bearer });
  }

  /** From a client of that name, well after the one before. */
  async logIn(agent: string | null = null, by: ContactKind = 'email', password = this.ada.password): Promise<string> {
    this.clock.advance(3_600_000);
    await this.start(by, password);
    const { token } = await this.finish(by, agent);
    await this.background.idle();
    return token.token;
  }

  async sendReset(by: ContactKind, org = this.org): Promise<void> {
    await this.services.passwords.sendResetCode(org, this.contacts[by]);
    await this.work();
  }

  reset(by: ContactKind = 'email') {
    return this.services.passwords.reset(this.org, this.contacts[by], this.lastCode, NEW_PASSWORD);
  }

  async changePassword(session: string, currentPassword = this.ada.password, newPassword = NEW_PASSWORD) {
    const record = await this.services.sessions.authenticate(this.org, session);
    const change = { currentPassword, newPassword };
    await this.services.passwords.change(this.org, record, { address: ADDRESS, agent: null }, change);
  }

  /** Works off what is queued by now. What is to come again is left out. */
  async work(by = this.services): Promise<void> {
    for (const { payload } of this.memory.queue.jobs.splice(0)) await by.jobs.run(payload);
  }

  /** The sweep, when whoever wrote something down must be dead. */
  async sweep(): Promise<SweepReport> {
    this.clock.advance(15_000);
    return composeSweep(
      this.ports,
      this.services,
      jsonLogger(() => {}),
      this.clock,
    ).run();
  }

  /** What was sent for a purpose. */
  sent(purpose: MessagePurpose): RenderedMessage[] {
    return this.provider.handed.map(({ message }) => message).filter((message) => message.purpose === purpose);
  }

  /** To whom. */
  told(purpose: MessagePurpose): string[] {
    return this.sent(purpose)
      .map(({ to }) => to)
      .sort();
  }

  /** Of both contacts, as `told` has them. */
  get both(): string[] {
    return [this.ada.email.value, this.ada.phone.value].sort();
  }

  private async enqueue(payload: string, delayMs?: number): Promise<void> {
    if (this.isQueueDown) throw new UnavailableError();
    await this.memory.queue.enqueue(payload, delayMs);
  }

  private get lastCode(): string {
    return this.provider.handed.findLast(({ message }) => message.code !== null)?.message.code ?? '';
  }
}
