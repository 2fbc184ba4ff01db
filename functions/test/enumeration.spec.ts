import { expect } from 'chai';
import type { Contact } from '../src/contacts/contact.js';
import { GatehouseError } from '../src/errors/gatehouse-error.js';
import type { UserId } from '../src/users/user-id.js';
import { type ApiResponse, expectStatus, type TestOrg } from './support/api-client.js';
import { SO_SLOW } from './support/backend-recorder.js';
import { masked } from './support/declared.js';
import { describeApp } from './support/describe-app.js';
import { BY } from './support/records.js';
import type { ContactField, TestUser } from './support/scenario.js';
import { newRegistration } from './support/scenario.js';
import { holdEach } from './support/test-clock.js';

const CLASSES = ['known', 'unknown', 'suspended'] as const;
type Class = (typeof CLASSES)[number];
type People = Record<Class, TestUser>;

/** @see CVE-2024-41952 an unknown user could be told from a known one */
describeApp('E-01: known, unknown and suspended users get the same answers', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  holdEach(() => app().clock);

  /** Three who nobody has asked for yet, so that no limit is used. */
  async function newPeople(): Promise<People> {
    const { scenario, services } = app();
    const { orgId: id, tenantId } = org.org;
    const suspended = await scenario.register(org);
    await services.userAdmin.change({ id, tenantId }, suspended.userId as UserId, { status: 'suspended' }, BY);
    return { known: await scenario.register(org), unknown: { userId: '', ...newRegistration() }, suspended };
  }

  /** Seconds to wait pass while the three are asked; all else is compared to the byte. */
  function comparable(response: ApiResponse) {
    const { status, headers, text } = masked(response);
    return { status, text, headers: headers.filter(([name]) => name !== 'retry-after') };
  }

  const ask = (path: string, body: unknown) => app().api.post(org, `/partner/auth/${path}`, body);

  /** Asks for each of the three in turn, again and again, and compares what they are answered each time. */
  async function expectSame(
    turns: number,
    request: (user: TestUser, turn: number) => Promise<ApiResponse>,
  ): Promise<number[]> {
    const people = await newPeople();
    const statuses: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const { known, unknown, suspended } = people;
      const first = await request(known, turn);
      for (const other of [unknown, suspended]) {
        const response = await request(other, turn);
        expect(comparable(response), `turn ${turn}`).to.deep.equal(comparable(first));
        const [wait, firstWait] = [response, first].map(({ headers }) => Number(headers.get('retry-after')));
        expect(Math.abs((wait ?? 0) - (firstWait ?? 0))).to.be.at.most(1);
      }
      statuses.push(first.status);
    }
    return statuses;
  }

  for (const by of ['email', 'phone_number'] as const satisfies readonly ContactField[]) {
    it(`login with a wrong password by ${by}, its limit included`, async () => {
      const statuses = await expectSame(12, (user, turn) =>
        ask('login', { [by]: user[by], password: `wrong ${turn}` }),
      );
      // The fifth wrong one in a row is followed by a pause.
      expect(statuses).to.deep.equal([...Array<number>(5).fill(401), ...Array<number>(7).fill(429)]);
    });

    it(`a wrong password by ${by} of somebody who has just logged in, and of nobody`, async () => {
      const { known, unknown } = await newPeople();
      for (const used of ['email', 'phone_number'] as const) await app().scenario.logIn(org, known, used);
      for (const turn of [1, 2]) {
        const wrong = (user: TestUser) => ask('login', { [by]: user[by], password: `wrong ${turn}` });
        expect(comparable(await wrong(known))).to.deep.equal(comparable(await wrong(unknown)));
      }
    });

    it(`login with the right password of a suspended user by ${by}`, async () => {
      const { unknown, suspended } = await newPeople();
      const login = (user: TestUser) => ask('login', { [by]: user[by], password: user.password });
      expect(comparable(await login(suspended))).to.deep.equal(comparable(await login(unknown)));
    });

    it(`forgot-password by ${by}, its limit included`, async () => {
      const statuses = await expectSame(5, (user) => ask('forgot-password/send-otp', { [by]: user[by] }));
      expect(statuses).to.deep.equal([200, 200, 200, 429, 429]);
      await app().drain();
    });

    it(`E-03: wrong reset codes by ${by}, pauses included`, async () => {
      const statuses = await expectSame(9, (user, turn) => {
        if (turn === 0 || turn === 7) return ask('forgot-password/send-otp', { [by]: user[by] });
        return ask('forgot-password/reset', { [by]: user[by], code: `00000${turn}`, new_password: 'a new one' });
      });
      // After five wrong ones a new code is not compared before a pause.
      expect(statuses).to.deep.equal([200, 400, 400, 400, 400, 400, 400, 200, 429]);
    });

    it(`login codes that nobody asked for by ${by}`, async () => {
      const statuses = await expectSame(7, (user, turn) => ask('verify-otp', { [by]: user[by], code: `00000${turn}` }));
      expect(statuses).to.deep.equal(Array<number>(7).fill(400));
    });

    it(`E-04: forgot-password by ${by} costs the same backend calls`, async () => {
      const { services } = app();
      const people = await newPeople();
      const costs = await Promise.all(
        CLASSES.map((one) => costOf(by, people[one], (contact) => services.passwords.sendResetCode(org.org, contact))),
      );
      console.log(`      E-04: forgot-password by ${by}: ${JSON.stringify(costs[0])}`);
      for (const cost of costs) expect(cost).to.deep.equal(costs[0]);
    });

    it(`E-04: what forgot-password by ${by} has queued is worked off with the same reads and writes`, async () => {
      const people = await newPeople();
      await app().drain();
      const before = app().outbox.messages.length;
      const costs = [];
      for (const one of CLASSES) {
        expectStatus(await ask('forgot-password/send-otp', { [by]: people[one][by] }), 200);
        const { recording } = await app().backends.record(() => app().drain());
        const { reads, writes, deletes, calls } = recording;
        const ofTheStore = calls.filter((call) => call.startsWith('firestore.')).sort();
        costs.push({ reads, writes, deletes, calls: ofTheStore });
      }
      console.log(`      E-04: its end of the queue, by ${by}: ${JSON.stringify(costs[0])}`);
      for (const cost of costs) expect(cost).to.deep.equal(costs[0]);
      const sent = app().outbox.messages.slice(before);
      expect(sent.map(({ to }) => to)).to.deep.equal([people.known[by]]);
    });

    it(`E-04: a wrong password by ${by} costs the same backend calls`, async () => {
      const { services } = app();
      const people = await newPeople();
      const costs = await Promise.all(
        CLASSES.map((one) =>
          costOf(by, people[one], (contact) =>
            services.login.start(org.org, contact, 'wrong password', { address: null, agent: null }),
          ),
        ),
      );
      console.log(`      E-04: a wrong password by ${by}: ${JSON.stringify(costs[0])}`);
      for (const cost of costs) expect(cost).to.deep.equal(costs[0]);
    });
  }

  async function costOf(by: ContactField, user: TestUser, work: (contact: Contact) => Promise<unknown>) {
    const contact: Contact = { kind: by === 'email' ? 'email' : 'phone', value: user[by] };
    const { recording } = await app().backends.record(async () => {
      await work(contact).catch((error: unknown) => {
        if (!(error instanceof GatehouseError) || error.code !== 'invalid_credentials') throw error;
      });
    }, SO_SLOW);
    const { hops, reads, writes, deletes, calls } = recording;
    return { hops, reads, writes, deletes, calls: [...calls].sort() };
  }
});
