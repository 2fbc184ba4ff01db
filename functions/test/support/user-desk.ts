import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { composeServices } from '../../src/compose-services.js';
import type { Contact } from '../../src/contacts/contact.js';
import { freshAttempt } from '../../src/idempotency/idempotency-service.js';
import { type OrgRecord, orgPool } from '../../src/orgs/org-record.js';
import type { Registration } from '../../src/users/registration-service.js';
import { checkedRegistration, newOrg, storeOrg } from './records.js';
import { ManualClock, TEST_DEPLOYMENT } from './unit-fixtures.js';

export const CLIENT = { address: '203.0.113.7', agent: null };
export const NEW_PASSWORD = 'a new one';

/** An org with one user who logs in and resets the password, in memory and on a clock that stands still. */
export class UserDesk {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly services = composeServices(this.ports, { ...TEST_DEPLOYMENT, clock: this.clock });
  readonly sent = this.ports.sender.messages;

  private constructor(
    readonly org: OrgRecord,
    readonly ada: Registration,
  ) {}

  static async open(org: Partial<OrgRecord> = {}, contacts: Partial<Registration> = {}): Promise<UserDesk> {
    const desk = new UserDesk(newOrg(org), checkedRegistration(contacts));
    await storeOrg(desk.ports.orgs, desk.org);
    await desk.services.registration.register(orgPool(desk.org), desk.ada);
    return desk;
  }

  start(by: Contact, password = this.ada.password, org = this.org) {
    return this.services.login.start(org, by, password, CLIENT);
  }

  finish(by: Contact, code = this.lastCode) {
    return this.services.login.finish(this.org, by, code, { client: CLIENT, attempt: freshAttempt() });
  }

  async sendReset(by: Contact, org = this.org): Promise<void> {
    await this.services.passwords.sendResetCode(org, by);
    await this.ports.queue.drain((payload) => this.services.jobs.run(payload));
  }

  reset(by: Contact, code = this.lastCode) {
    return this.services.passwords.reset(this.org, by, code, NEW_PASSWORD);
  }

  private get lastCode(): string {
    return this.sent.at(-1)?.code ?? '';
  }
}
