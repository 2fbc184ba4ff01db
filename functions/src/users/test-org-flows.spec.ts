import { expect } from 'chai';
import { checkedRegistration } from '../../test/support/records.js';
import { times } from '../../test/support/spy-limit-store.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { CLIENT, NEW_PASSWORD, UserDesk } from '../../test/support/user-desk.js';
import type { Contact } from '../contacts/contact.js';
import { TEST_CODE } from '../contacts/test-contact.js';
import type { CredentialEnvironment } from '../credentials/credential-id.js';
import type { Registration } from './registration-service.js';

const TEST_PHONE: Contact = { kind: 'phone', value: '+12025550143' };
const REAL_EMAIL: Contact = { kind: 'email', value: 'ada@acme.com' };

function open(environment: CredentialEnvironment, contacts: Partial<Registration> = {}): Promise<UserDesk> {
  return UserDesk.open({ environment }, { phone: TEST_PHONE, ...contacts });
}

describe('A test org', () => {
  for (const kind of ['email', 'phone'] as const) {
    it(`takes 000000 from the reserved contacts of its users, by ${kind}`, async () => {
      const desk = await open('test');
      const contact = desk.ada[kind];
      await desk.start(contact);
      expect((await desk.finish(contact, TEST_CODE)).user.email).to.equal(desk.ada.email.value);
      await desk.sendReset(contact);
      await desk.reset(contact, TEST_CODE);
      await desk.start(contact, NEW_PASSWORD);
      expect(desk.sent).to.deep.equal([]);
    });
  }

  it('takes it from no other contact of the same user, and sends nothing there', async () => {
    const desk = await open('test', { email: REAL_EMAIL });
    await desk.start(REAL_EMAIL);
    await expectCode(desk.finish(REAL_EMAIL, TEST_CODE), 'invalid_code');
    await desk.sendReset(REAL_EMAIL);
    await expectCode(desk.reset(REAL_EMAIL, TEST_CODE), 'invalid_code');
    expect(desk.sent).to.deep.equal([]);
    await desk.start(TEST_PHONE);
    await desk.finish(TEST_PHONE, TEST_CODE);
  });

  it('takes it from nobody who has not asked for it, and from nobody who is not there', async () => {
    const desk = await open('test');
    await expectCode(desk.finish(desk.ada.email, TEST_CODE), 'invalid_code');
    await expectCode(desk.reset(desk.ada.email, TEST_CODE), 'invalid_code');
    const { email } = checkedRegistration();
    await desk.sendReset(email);
    await expectCode(desk.reset(email, TEST_CODE), 'invalid_code');
  });

  it('limits and pauses none of the reserved contacts', async () => {
    const desk = await open('test');
    const { email, phone } = desk.ada;
    for (const _ of times(150, String)) await expectCode(desk.start(email, 'wrong'), 'invalid_credentials');
    for (const _ of times(50, String)) {
      await desk.start(email);
      await desk.sendReset(phone);
      await expectCode(desk.finish(email, '999999'), 'invalid_code');
      await expectCode(desk.reset(phone, '999999'), 'invalid_code');
    }
    await desk.finish(email, TEST_CODE);
    await desk.reset(phone, TEST_CODE);
  });

  it('limits nobody’s changes of a password either', async () => {
    const desk = await open('test');
    await desk.start(desk.ada.email);
    const { token } = await desk.finish(desk.ada.email, TEST_CODE);
    const session = await desk.services.sessions.authenticate(desk.org, token.token);
    const change = (currentPassword: string) =>
      desk.services.passwords.change(desk.org, session, CLIENT, { currentPassword, newPassword: NEW_PASSWORD });
    for (const _ of times(30, String)) await expectCode(change('wrong'), 'invalid_credentials');
    await change(desk.ada.password);
  });

  it('limits all others, and the reserved ones not for what those have used up', async () => {
    const desk = await open('test', { email: REAL_EMAIL });
    for (const _ of times(5, String)) await expectCode(desk.start(REAL_EMAIL, 'wrong'), 'invalid_credentials');
    await expectCode(desk.start(REAL_EMAIL), 'locked_out');
    await desk.start(TEST_PHONE);
    for (const _ of times(3, String)) await desk.sendReset(REAL_EMAIL);
    await expectCode(desk.sendReset(REAL_EMAIL), 'rate_limited');
    await desk.sendReset(TEST_PHONE);
  });
});

describe('A live org (O-12)', () => {
  it('knows no 000000, whatever contact it is', async () => {
    const desk = await open('live');
    for (const contact of [desk.ada.email, desk.ada.phone]) {
      await desk.start(contact);
      await expectCode(desk.finish(contact, TEST_CODE), 'invalid_code');
      await desk.sendReset(contact);
      await expectCode(desk.reset(contact, TEST_CODE), 'invalid_code');
    }
    expect(desk.sent).to.have.length(4);
    expect(desk.sent.map(({ code }) => code)).not.to.include(TEST_CODE);
  });

  it('limits and pauses reserved contacts as any', async () => {
    const desk = await open('live');
    const { email } = desk.ada;
    for (const _ of times(3, String)) await desk.sendReset(email);
    await expectCode(desk.sendReset(email), 'rate_limited');
    for (const _ of times(5, String)) await expectCode(desk.reset(email, '999999'), 'invalid_code');
    for (const _ of times(5, String)) await expectCode(desk.start(email, 'wrong'), 'invalid_credentials');
    await expectCode(desk.start(email), 'locked_out');
  });

  for (const value of [TEST_CODE, 'true', '1', 'test']) {
    it(`knows none either where every variable of the environment that there can be is ${value}`, async () => {
      const environment = process.env;
      process.env = new Proxy<NodeJS.ProcessEnv>({}, { get: () => value, has: () => true });
      try {
        expect(process.env['ANY_NAME']).to.equal(value);
        const desk = await open('live');
        await desk.start(desk.ada.email);
        await expectCode(desk.finish(desk.ada.email, TEST_CODE), 'invalid_code');
        await desk.sendReset(desk.ada.email);
        await expectCode(desk.reset(desk.ada.email, TEST_CODE), 'invalid_code');
        expect(desk.sent).to.have.length(2);
      } finally {
        process.env = environment;
      }
    });
  }
});
