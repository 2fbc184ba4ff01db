import { expect } from 'chai';
import type { MemoryOrgStore } from '../src/adapters/memory/memory-org-store.js';
import type { Handover } from '../src/delivery/message-sender.js';
import { MINUTE_MS } from '../src/lib/clock.js';
import { DEFAULT_ORG_SETTINGS, type OrgSettings } from '../src/orgs/org-settings.js';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeMemoryApp } from './support/describe-app.js';
import { askLimited, exceededBy } from './support/rate-limits.js';
import { type ContactField, newRegistration, type TestUser } from './support/scenario.js';
import { HANDOVERS } from './support/scripted-provider.js';
import { times } from './support/spy-limit-store.js';
import { holdEach } from './support/test-clock.js';

const LOGIN = '/partner/auth/login';
const SEND_RESET = '/partner/auth/forgot-password/send-otp';
/** What differs between any two answers. */
const CHANGING = ['date', 'x-request-id'];

describeMemoryApp('What a partner sees of messages', (app) => {
  let org: TestOrg;
  let user: TestUser;

  // No window of a limit ends while these run.
  holdEach(() => app().clock);
  beforeEach(() => open());
  afterEach(() => {
    app().backends.fault = undefined;
    app().queue.jobs.length = 0;
  });

  async function open(settings: Partial<OrgSettings> = {}): Promise<void> {
    org = await app().provision('Delivery', settings);
    user = await app().scenario.register(org);
  }

  /** From now on the provider answers so, to each message the next. */
  function provide(...handovers: readonly Handover[]): void {
    const script = [...handovers];
    app().backends.fault = ({ backend }, proceed) => {
      const next = backend === 'outbox' ? script.shift() : undefined;
      return next === undefined ? proceed() : Promise.resolve(next);
    };
  }

  const ask = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    askLimited(app().clock, () => app().api.request(path, { org, body, headers }));
  const logIn = (by: ContactField = 'phone_number', headers = {}, who = user) =>
    ask(LOGIN, { [by]: who[by], password: who.password }, headers);
  const sendReset = (body: Partial<Record<ContactField, string>>) => ask(SEND_RESET, body);
  const edit = (settings: Partial<OrgSettings>) =>
    (app().ports.orgs as MemoryOrgStore).edit(org.org.orgId, { settings: { ...DEFAULT_ORG_SETTINGS, ...settings } });
  const messagesTo = (contact: string) => app().outbox.messages.filter(({ to }) => to === contact);
  const deliveryOf = ({ headers }: ApiResponse) => [headers.get('otp-channel'), headers.get('otp-delivery')];

  describe('of a login', () => {
    it('is the channel, and that the provider has taken the code', async () => {
      expect(deliveryOf(expectStatus(await logIn('phone_number'), 200))).to.deep.equal(['sms', 'sent']);
      const answer = expectStatus(await logIn('email'), 200);
      expect(deliveryOf(answer)).to.deep.equal(['email', 'sent']);
      expect(answer.body).to.deep.equal({ message: 'OTP sent', userId: user.userId });
    });

    for (const name of ['notTaken', 'timedOut'] as const)
      it(`is that the code is pending when the provider answers ${name}`, async () => {
        provide(HANDOVERS[name]);
        expect(deliveryOf(expectStatus(await logIn(), 200))).to.deep.equal(['sms', 'pending']);
      });

    const FAILED = {
      badNumber: [502, 'delivery_failed'],
      regionOff: [502, 'delivery_failed'],
      badMessage: [502, 'delivery_failed'],
      serverError: [502, 'delivery_failed'],
      keyRotated: [503, 'unavailable'],
      notTried: [503, 'unavailable'],
    } as const;
    for (const [name, [status, code]] of Object.entries(FAILED) as [keyof typeof FAILED, readonly [number, string]][])
      it(`is ${status} ${code} when the provider answers ${name}, and nothing that it said`, async () => {
        provide(HANDOVERS[name]);
        const answer = expectError(await logIn(), status, code);
        expect(deliveryOf(answer)).to.deep.equal([null, null]);
        expect(answer.headers.has('retry-after')).to.equal(status === 503);
        expect(answer.text)
          .not.to.include(HANDOVERS[name].error)
          .and.not.to.match(/twilio/i);
      });

    it('is the email in its place while text messages can’t be sent, for who has proved it', async () => {
      await open({ smsFallbackToEmail: true });
      provide(HANDOVERS.keyRotated);
      expectError(await logIn(), 503, 'unavailable');
      await app().scenario.logIn(org, user, 'email');
      await app().services.background.idle();
      provide(HANDOVERS.keyRotated);
      expect(deliveryOf(expectStatus(await logIn(), 200))).to.deep.equal(['email', 'sent']);
      const code = messagesTo(user.email).at(-1)?.code ?? '';
      expectStatus(await app().scenario.verify(org, user, code, 'phone_number'), 200);
    });

    it('comes once more from the queue, the same, where it was not taken', async () => {
      provide(HANDOVERS.notTaken);
      expectStatus(await logIn(), 200);
      expect(messagesTo(user.phone_number)).to.deep.equal([]);
      app().clock.advance(HANDOVERS.notTaken.retryAfterMs);
      await app().drain();
      const [message, ...more] = messagesTo(user.phone_number);
      expect(more).to.deep.equal([]);
      expectStatus(await app().scenario.verify(org, user, message?.code ?? '', 'phone_number'), 200);
    });

    it('is in the language that the request asks for, or else the org’s', async () => {
      await open({ locale: 'fr' });
      const asked = {
        ja: 'ja',
        'de-AT, en;q=0.5': 'de',
        'pt-BR': 'pt',
        'tlh, es;q=0.3': 'es',
        tlh: 'fr',
        '*': 'fr',
      };
      for (const [language, locale] of Object.entries(asked)) {
        const reader = await app().scenario.register(org);
        expectStatus(await logIn('email', { 'accept-language': language }, reader), 200);
        expect(messagesTo(reader.email)[0]?.locale, language).to.equal(locale);
      }
      // Nothing is asked for here: what the client in this process adds by itself does not count.
      expectStatus(await logIn('email'), 200);
      expect(messagesTo(user.email)[0]?.locale).to.equal('fr');
    });

    it('is 403 for a number that text messages do not go to, once the password is right', async () => {
      const abroad = await app().scenario.register(org, { phone_number: '+447912345678' });
      const premium = await app().scenario.register(org, { phone_number: '+19005551234' });
      for (const who of [abroad, premium]) {
        expectError(await logIn('phone_number', {}, { ...who, password: 'wrong one' }), 401, 'invalid_credentials');
        expectError(await logIn('phone_number', {}, who), 403, 'sms_not_allowed');
        expect(messagesTo(who.phone_number)).to.deep.equal([]);
        expectStatus(await logIn('email', {}, who), 200);
      }
    });

    it('is 403 within a minute of an admin switching messages off, and nothing leaves', async () => {
      edit({ sendMessages: false });
      // What instances remember of an org.
      app().clock.advance(MINUTE_MS);
      for (const by of ['email', 'phone_number'] as const) {
        expectError(await logIn(by), 403, 'sending_stopped');
        expectError(await logIn(by, {}, { ...user, password: 'wrong one' }), 401, 'invalid_credentials');
        expect(messagesTo(user[by])).to.deep.equal([]);
      }
    });

    it('is 403 where the org may send no text messages, and mail goes on', async () => {
      await open({ smsPerDay: 0 });
      expectError(await logIn('phone_number'), 403, 'sending_stopped');
      expectStatus(await logIn('email'), 200);
    });
  });

  describe('of limits', () => {
    it('is 429 for the contact’s fourth code, whichever org asks', async () => {
      const other = await app().provision();
      const neighbour = await app().scenario.register(other, { phone_number: user.phone_number });
      for (const _ of times(2, String)) expectStatus(await logIn(), 200);
      const { password, phone_number } = neighbour;
      expectStatus(await app().api.post(other, LOGIN, { phone_number, password }), 200);
      const refused = await logIn();
      expectError(refused, 429, 'rate_limited');
      expect(exceededBy(refused)).to.deep.equal(['sends10m']);
      expectStatus(await logIn('email'), 200);
    });

    it('is 429 at the org’s daily cap', async () => {
      await open({ smsPerDay: 2 });
      for (const _ of times(2, String)) expectStatus(await logIn(), 200);
      const refused = await logIn();
      expectError(refused, 429, 'rate_limited');
      expect(exceededBy(refused)).to.deep.equal(['sms1d']);
    });

    it('is 429 for a whole block of numbers that the provider does not send to, with how long to wait', async () => {
      const numbers = ['+13125010001', '+13125010002'];
      const [one, neighbour] = await Promise.all(
        numbers.map((phone_number) => app().scenario.register(org, { phone_number })),
      );
      provide(HANDOVERS.regionOff);
      expectError(await logIn('phone_number', {}, one), 502, 'delivery_failed');
      await app().services.background.idle();
      const refused = await logIn('phone_number', {}, neighbour);
      expectError(refused, 429, 'rate_limited');
      expect(exceededBy(refused)).to.deep.equal(['sms_prefix']);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(3_590, 3_600);
      expectStatus(await logIn('email', {}, neighbour), 200);
    });
  });

  describe('of forgot-password', () => {
    /** Without what changes from answer to answer. */
    function seen({ status, headers, text }: ApiResponse) {
      const kept = [...headers].filter(([name]) => !CHANGING.includes(name));
      // The end of a window comes nearer, and each request counts for its caller.
      const still = (value: string) => value.replace(/"(credential|org)1m";r=\d+|;t=\d+/g, '');
      return { status, text, headers: kept.map(([name, value]) => `${name}: ${still(value)}`) };
    }
    const contacts = () => ({
      known: { phone_number: user.phone_number },
      unknown: { phone_number: newRegistration().phone_number },
      abroad: { phone_number: `+4479${String(app().clock.now()).slice(-8)}` },
      premium: { phone_number: `+1900${String(app().clock.now()).slice(-7)}`.replace(/^\+1900[01]/, '+19002') },
      'known email': { email: user.email },
      'unknown email': { email: newRegistration().email },
    });

    const ORGS: readonly (readonly [string, Partial<OrgSettings>, readonly ContactField[]])[] = [
      ['an open org', {}, ['email', 'phone_number']],
      ['an org behind the kill switch', { sendMessages: false }, []],
      ['an org without a budget', { smsPerDay: 0 }, ['email']],
      ['an org of another country', { defaultCountry: 'FR' }, ['email']],
    ];
    for (const [why, settings, sent] of ORGS)
      it(`is 200, the same for everybody, in ${why}`, async () => {
        await open(settings);
        const answers = [];
        for (const body of Object.values(contacts())) answers.push(seen(await sendReset(body)));
        expect(answers[0]?.status).to.equal(200);
        for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
        await app().drain();
        const reached = (['email', 'phone_number'] as const).filter((by) => messagesTo(user[by]).length > 0);
        expect(reached).to.deep.equal(sent);
      });

    it('is 429 in the same words for who is there and who is not', async () => {
      const answers = [];
      for (const body of [{ email: user.email }, { email: newRegistration().email }]) {
        for (const _ of times(3, String)) expectStatus(await sendReset(body), 200);
        const refused = await sendReset(body);
        expectError(refused, 429, 'rate_limited');
        answers.push(exceededBy(refused), refused.body.error.message);
      }
      expect(answers.slice(0, 2)).to.deep.equal(answers.slice(2));
    });

    it('is 200 whatever the provider does, later', async () => {
      for (const name of ['badNumber', 'keyRotated', 'serverError', 'timedOut'] as const) {
        await open();
        expectStatus(await sendReset({ phone_number: user.phone_number }), 200);
        provide(HANDOVERS[name]);
        await app().drain();
      }
    });
  });
});
