import { expect } from 'chai';
import { callLate, failAtOnce } from '../../test/support/late-calls.js';
import { checkedRegistration, newOrg, storeOrg } from '../../test/support/records.js';
import { wrongCode } from '../../test/support/scenario.js';
import { expectCode, ManualClock, TEST_DEPLOYMENT } from '../../test/support/unit-fixtures.js';
import { memoryPorts } from '../adapters/memory/memory-ports.js';
import { composeServices } from '../compose-services.js';
import type { Contact } from '../contacts/contact.js';
import { NotFoundError, UnavailableError } from '../errors/gatehouse-error.js';
import { orgPool } from '../orgs/org-record.js';
import { sessionId } from '../sessions/session-id.js';
import type { Registration } from './registration-service.js';
import type { PoolUser, UserRecord } from './user-record.js';

const CLIENT = { address: '203.0.113.7', agent: null };
const NEW_PASSWORD = 'a new one';
const CODE_SENDS = 3;
const FAILURES_UNTIL_PAUSE = 5;

/** An org with one user, in memory. */
class Desk {
  readonly clock = new ManualClock();
  readonly ports = memoryPorts('demo-gatehouse', this.clock);
  readonly services = composeServices(this.ports, { ...TEST_DEPLOYMENT, clock: this.clock });
  readonly passwords = this.services.passwords;
  readonly org = newOrg();
  readonly pool = orgPool(this.org);
  readonly ada: Registration = checkedRegistration();

  async enroll(): Promise<UserRecord> {
    await storeOrg(this.ports.orgs, this.org);
    return this.services.registration.register(this.pool, this.ada);
  }

  async sendCode(contact: Contact = this.ada.email): Promise<string> {
    await this.passwords.sendResetCode(this.org, contact);
    await this.ports.queue.drain((payload) => this.services.jobs.run(payload));
    return this.ports.sender.messages.at(-1)?.code ?? '';
  }

  reset(code: string) {
    return this.passwords.reset(this.org, this.ada.email, code, NEW_PASSWORD);
  }

  change({ uid }: UserRecord, lookedUp?: PoolUser) {
    const now = new Date(this.clock.now());
    const times = { createdAt: now, expiresAt: now, revokedAt: null, signedInAt: null };
    const session = { sid: sessionId.generate(), poolId: this.pool.id, uid, client: CLIENT, ...times };
    const known = lookedUp === undefined ? {} : { user: lookedUp };
    const passwords = { currentPassword: this.ada.password, newPassword: NEW_PASSWORD, ...known };
    return this.passwords.change(this.org, session, CLIENT, passwords);
  }

  logIn(password: string) {
    return this.services.login.start(this.org, this.ada.email, password, CLIENT);
  }

  async lockOut(): Promise<void> {
    for (let failed = 0; failed < FAILURES_UNTIL_PAUSE; failed += 1)
      await expectCode(this.logIn('wrong'), 'invalid_credentials');
    await expectCode(this.logIn(this.ada.password), 'locked_out');
  }
}

describe('PasswordService', () => {
  let desk: Desk;
  let user: UserRecord;
  beforeEach(async () => {
    desk = new Desk();
    user = await desk.enroll();
  });

  describe('reset', () => {
    it('sets the password and unlocks the account', async () => {
      await desk.lockOut();
      expect(await desk.reset(await desk.sendCode())).to.equal(user.uid);
      expect((await desk.logIn(NEW_PASSWORD)).uid).to.equal(user.uid);
    });

    it('leaves no new password on a locked account when its answer is lost', async () => {
      await desk.lockOut();
      const code = await desk.sendCode();
      const { identities } = desk.ports;
      const setPassword = identities.setPassword.bind(identities);
      identities.setPassword = async (...args) => {
        await setPassword(...args);
        throw new UnavailableError();
      };
      await expectCode(desk.reset(code), 'unavailable');
      expect((await desk.logIn(NEW_PASSWORD)).uid).to.equal(user.uid);
    });

    it('sets no password when it can not unlock', async () => {
      const code = await desk.sendCode();
      failAtOnce(desk.ports.limits, 'forget');
      await expectCode(desk.reset(code), 'unavailable');
      const { outcome } = await desk.ports.identities.checkPassword(desk.pool, desk.ada.email.value, desk.ada.password);
      expect(outcome).to.equal('accepted');
    });

    it('unlocks nothing by a wrong code', async () => {
      await desk.lockOut();
      const code = await desk.sendCode();
      await expectCode(desk.reset(wrongCode(code)), 'invalid_code');
      await expectCode(desk.logIn(desk.ada.password), 'locked_out');
    });

    it('has no right code of a user who is gone', async () => {
      const code = await desk.sendCode();
      await desk.ports.identities.delete(desk.pool, user.uid);
      await expectCode(desk.reset(code), 'invalid_code');
    });
  });

  describe('change', () => {
    it('sets the password', async () => {
      await desk.change(user);
      expect((await desk.logIn(NEW_PASSWORD)).uid).to.equal(user.uid);
    });

    it('looks nobody up whom the request has looked up already, and takes its word', async () => {
      failAtOnce(desk.ports.users, 'find');
      await desk.change(user, user);
      expect((await desk.logIn(NEW_PASSWORD)).uid).to.equal(user.uid);
      await expectCode(desk.change(user, { ...user, status: 'suspended' }), 'invalid_session');
      await expectCode(desk.change(user), 'unavailable');
    });

    it('has no session of a user who is gone', async () => {
      const cause = new NotFoundError('There is no user of this id.');
      desk.ports.identities.setPassword = async () => {
        throw cause;
      };
      expect((await expectCode(desk.change(user), 'invalid_session')).cause).to.equal(cause);
    });
  });

  /** What ran on behind a refused request would outlive its deadline, and its process. */
  describe('sendResetCode leaves nothing running behind it', () => {
    it('when it is over the limit', async () => {
      for (let sent = 0; sent < CODE_SENDS; sent += 1) await desk.sendCode();
      const looking = callLate(desk.ports.users, 'findByContact');
      await expectCode(desk.sendCode(), 'rate_limited');
      expect(looking).to.deep.equal({ begun: 1, ended: 1 });
    });

    it('when nobody can be looked up', async () => {
      const counting = callLate(desk.ports.limits, 'change');
      failAtOnce(desk.ports.users, 'findByContact');
      await expectCode(desk.sendCode(), 'unavailable');
      expect(counting).to.deep.equal({ begun: 1, ended: 1 });
    });
  });
});
