import { expect } from 'chai';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeApp } from './support/describe-app.js';
import { HEAVY } from './support/dose.js';
import { callRoute, sessionRoutes } from './support/route-samples.js';
import { newRegistration, type TestUser, wrongCode } from './support/scenario.js';

const CONTACTS = ['email', 'phone_number'] as const;
type By = (typeof CONTACTS)[number];

const LOGIN = '/partner/auth/login';
const VERIFY = '/partner/auth/verify-otp';
const SEND_RESET = '/partner/auth/forgot-password/send-otp';
const RESET = '/partner/auth/forgot-password/reset';
const INTROSPECT = '/partner/auth/introspect';

/** An org, a user of it, and a user whom nobody has registered there. */
interface Side {
  readonly org: TestOrg;
  readonly user: TestUser;
}

/**
 * Whatever is one org's is unknown to the other, to the last byte of the answer.
 * @see CVE-2025-27507 CVE-2026-33132 CVE-2025-67717 the scope of an org not enforced
 */
describeApp('T-01: two orgs, everything of one against the other', (app) => {
  let sides: Record<'A' | 'B', Side>;
  before(async () => {
    const side = async (name: string): Promise<Side> => {
      // Ten digits: no code of one org is by chance that of the other.
      const org = await app().provision(name, { codeLength: 10 });
      return { org, user: await app().scenario.register(org) };
    };
    sides = { A: await side('A'), B: await side('B') };
  });

  const post = (org: TestOrg, path: string, body: unknown) => app().api.post(org, path, body);

  /** The answer to something foreign must be the answer to something unknown. */
  async function expectUnknown(foreign: Promise<ApiResponse>, unknown: Promise<ApiResponse>, status: number) {
    const [one, other] = [await foreign, await unknown];
    expectStatus(one, status);
    expect(masked(one)).to.deep.equal(masked(other));
  }

  for (const [from, to] of [
    ['A', 'B'],
    ['B', 'A'],
  ] as const) {
    describe(`${from} at ${to}`, () => {
      const own = () => sides[from];
      const there = () => sides[to].org;

      for (const by of CONTACTS) {
        it(`refuses ${from}’s ${by} and password as an unknown user’s`, async () => {
          const { user } = own();
          const nobody = newRegistration();
          const credentials = (one: { email: string; phone_number: string }) => ({
            [by]: one[by],
            password: user.password,
          });
          const [foreign, unknown] = [
            post(there(), LOGIN, credentials(user)),
            post(there(), LOGIN, credentials(nobody)),
          ];
          await expectUnknown(foreign, unknown, 401);
        });

        it(`refuses ${from}’s login code sent to ${by}`, async () => {
          const { org } = own();
          const user = await app().scenario.register(org);
          const code = await app().scenario.sendLoginCode(org, user, by);
          const nobody = newRegistration();
          const verify = (contact: string) => post(there(), VERIFY, { [by]: contact, code });
          await expectUnknown(verify(user[by]), verify(nobody[by]), 400);
          // It was a code that works.
          expectStatus(await app().scenario.verify(org, user, code, by), 200);
        });

        it(`refuses ${from}’s reset code sent to ${by}`, async () => {
          const { org } = own();
          const user = await app().scenario.register(org);
          const code = await app().scenario.sendResetCode(org, user, by);
          const nobody = newRegistration();
          const reset = (contact: string) => post(there(), RESET, { [by]: contact, code, new_password: 'stolen!' });
          await expectUnknown(reset(user[by]), reset(nobody[by]), 400);
          expectStatus(await post(org, RESET, { [by]: user[by], code, new_password: 'my own' }), 200);
        });

        it(`sends ${from}’s user at ${by} no reset code for ${to}`, async () => {
          const user = await app().scenario.register(own().org);
          const nobody = newRegistration();
          const send = (contact: string) => post(there(), SEND_RESET, { [by]: contact });
          await expectUnknown(send(user[by]), send(nobody[by]), 200);
          await app().drain();
          expect(app().outbox.messages.filter(({ to: receiver }) => receiver === user[by])).to.deep.equal([]);
        });
      }

      it(`refuses ${from}’s code where ${to} has the same contacts and a live code of its own`, async () => {
        const twin = newRegistration();
        const here = await app().scenario.register(own().org, twin);
        const twinThere = await app().scenario.register(there(), { ...twin, password: 'another password' });
        const code = await app().scenario.sendLoginCode(own().org, here);
        const codeThere = await app().scenario.sendLoginCode(there(), twinThere);
        expectError(await app().scenario.verify(there(), twinThere, code), 400, 'invalid_code');
        expectError(await app().scenario.verify(own().org, here, codeThere), 400, 'invalid_code');
        expectError(
          await post(there(), LOGIN, { email: twin.email, password: twin.password }),
          401,
          'invalid_credentials',
        );
        expectStatus(await app().scenario.verify(there(), twinThere, codeThere), 200);
      });

      for (const route of sessionRoutes) {
        it(`refuses ${from}’s session at ${route.path} as garbage`, async () => {
          const { org, user } = own();
          const session = await app().scenario.logIn(org, await app().scenario.register(org));
          const body = { current_password: user.password, new_password: 'stolen!' };
          const call = (token: string) => callRoute(app(), route, { org: there(), session: token, body });
          await expectUnknown(call(session), call('garbage'), 401);
          expect(await app().scenario.isLive(org, session), 'still live at home').to.equal(true);
        });
      }

      it(`introspects ${from}’s session as garbage`, async () => {
        const { org } = own();
        const session = await app().scenario.logIn(org, await app().scenario.register(org));
        const introspect = (token: string) => post(there(), INTROSPECT, { token });
        await expectUnknown(introspect(session), introspect('garbage'), 200);
        expect((await introspect(session)).body).to.deep.equal({ active: false });
        expect((await post(org, INTROSPECT, { token: session })).body.active).to.equal(true);
      });

      it(`refuses ${from}’s key with ${to}’s secret`, async () => {
        const [mine, theirs] = [own().org.credential, there().credential];
        const mixed = { ...own().org, credential: { key: mine.key, secret: theirs.secret } };
        const none = app().api.request(INTROSPECT, { body: { token: '' } });
        await expectUnknown(post(mixed, INTROSPECT, { token: '' }), none, 401);
      });
    });
  }
});

type Purpose = 'login' | 'reset';

/** All that a code is bound to. */
interface Place {
  readonly org: number;
  readonly user: number;
  readonly purpose: Purpose;
  readonly by: By;
}

const PLACES: readonly Place[] = [0, 1].flatMap((org) =>
  [0, 1].flatMap((user) =>
    (['login', 'reset'] as const).flatMap((purpose) => CONTACTS.map((by) => ({ org, user, purpose, by }))),
  ),
);

/** Half of them: each org, user, purpose and contact with each of the others. All in the heavy runs. */
const SOURCES = PLACES.filter(
  ({ org, user, purpose, by }) =>
    HEAVY || (org + user + (purpose === 'login' ? 0 : 1) + (by === 'email' ? 0 : 1)) % 2 === 0,
);

const nameOf = ({ org, user, purpose, by }: Place) => `${purpose} of user ${user} of org ${org} by ${by}`;

/** @see CVE-2026-121802 CVE-2026-110864 a value made for one use accepted for another */
describeApp('O-07: a code is bound to org, user, purpose and contact', (app) => {
  let orgs: TestOrg[] = [];
  let tried = 0;
  before(async () => {
    orgs = [await app().provision('One', { codeLength: 10 }), await app().provision('Two', { codeLength: 10 })];
  });
  after(() => console.log(`    O-07: ${tried} codes tried at a place that is not theirs, 0 accepted`));

  for (const source of SOURCES) {
    it(`${nameOf(source)}: refused at the ${PLACES.length - 1} other places, accepted at its own`, async () => {
      // The same two people are registered at both orgs.
      const people = [newRegistration(), newRegistration()];
      const users = await Promise.all(
        orgs.map((org) => Promise.all(people.map((person) => app().scenario.register(org, person)))),
      );
      const at = ({ org, user }: Place) => ({ org: orgs[org] as TestOrg, user: users[org]?.[user] as TestUser });
      const send = (place: Place) => {
        const { org, user } = at(place);
        const { sendLoginCode, sendResetCode } = app().scenario;
        const method = place.purpose === 'login' ? sendLoginCode : sendResetCode;
        return method.call(app().scenario, org, user, place.by);
      };
      const tryAt = (place: Place, code: string) => {
        const { org, user } = at(place);
        if (place.purpose === 'login') return app().scenario.verify(org, user, code, place.by);
        return app().api.post(org, RESET, { [place.by]: user[place.by], code, new_password: `new ${code}` });
      };
      // Every other user and purpose has a live code of its own: refused is not the same as nothing there.
      const sameSlot = (place: Place) =>
        place.org === source.org && place.user === source.user && place.purpose === source.purpose;
      await Promise.all(PLACES.filter((one) => one.by === 'email' && !sameSlot(one)).map(send));
      const code = await send(source);
      for (const place of PLACES.filter((one) => one !== source)) {
        expectError(await tryAt(place, code), 400, 'invalid_code');
        tried += 1;
      }
      expectError(await tryAt(source, wrongCode(code)), 400, 'invalid_code');
      expectStatus(await tryAt(source, code), 200);
    });
  }
});
