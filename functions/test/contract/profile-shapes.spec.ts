import { expect } from 'chai';
import type { OrgPool } from '../../src/identity/pool.js';
import { orgPool } from '../../src/orgs/org-record.js';
import type { UserRecord } from '../../src/users/user-record.js';
import type { TestOrg } from '../support/api-client.js';
import { describeApp } from '../support/describe-app.js';
import { eachShape, inForce, SHAPES, settlesOnce, shapesOf } from '../support/document-shapes.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { BY, newUser } from '../support/records.js';

const PASSWORD = 'a password';
const FIELDS = [
  ...['email', 'phone_number', 'first_name', 'last_name', 'ssn', 'date_of_birth', 'address', 'secondary_address'],
  ...['email_verified', 'phone_verified', 'metadata', 'createdAt', 'updatedAt', 'kyc_status', 'status', 'role'],
  ...['problems', 'isEnforced', 'inForce'],
  ...inForce('kyc_status', 'status', 'role', 'any'),
];

/** Admins can reach every field of a profile: whatever they make of it, nothing breaks. */
describeApp('Profiles of any shape', (app) => {
  let probe: FirestoreProbe;
  let world: TestOrg;
  let pool: OrgPool;
  before(async () => {
    probe = new FirestoreProbe();
    world = await app().provision();
    pool = orgPool(world.org);
  });
  after(() => probe.close());

  const pathOf = (uid: string) => `orgs/${pool.id}/users/${uid}`;

  async function enroll(): Promise<UserRecord> {
    const user = newUser();
    await app().ports.users.create(pool, user, []);
    await app().ports.identities.create(pool, { uid: user.uid, email: user.email, password: PASSWORD });
    return user;
  }

  for (const field of FIELDS)
    it(`whose ${field} is spoilt: a login, and twice what follows from the edit`, () =>
      eachShape(field, async (spoilt) => {
        const { users } = app().ports;
        const { uid, email, phone_number } = await enroll();
        await probe.write(pathOf(uid), spoilt);
        await users.find(pool, uid);
        for (const contact of [{ email }, { phone_number }]) {
          const body = { ...contact, password: PASSWORD };
          const { status, text } = await app().api.post(world, '/partner/auth/login', body);
          expect(status, `${Object.keys(contact)}: ${text}`).to.be.oneOf([200, 401, 403, 429]);
        }
        await settlesOnce(
          () => app().services.userAdmin.settle(pool, uid, BY),
          () => users.read(pool, uid),
        );
      }));

  it('is shown to its own session, or the session is none', async () => {
    const user = await app().scenario.register(world);
    const session = await app().scenario.logIn(world, user);
    const whole = (await probe.read(pathOf(user.userId))) ?? {};
    for (const field of FIELDS.filter((one) => one in whole))
      for (const [shape, value] of shapesOf(field)) {
        await probe.write(pathOf(user.userId), { [field]: value });
        const known = await app().api.post(world, '/partner/auth/introspect', { token: session });
        const shown = await app().api.request('/partner/users/me', { method: 'GET', org: world, session });
        const problem = `${field} ${shape}: ${known.text} ${shown.text}`;
        expect([known.status, [200, 401].includes(shown.status)], problem).to.deep.equal([200, true]);
        await probe.write(pathOf(user.userId), { [field]: whole[field] });
      }
  });

  it('is followed anew where it does not plainly say that it was', async () => {
    const { uid } = await enroll();
    for (const [shape, value] of Object.entries({ ...SHAPES, false: false, true: true })) {
      await probe.write(pathOf(uid), { isEnforced: value });
      const document = await app().ports.users.read(pool, uid);
      expect(document?.isEnforced, shape).to.equal(shape === 'missing' || shape === 'true');
    }
  });

  it('keeps no other from a list', async () => {
    const { uid } = await enroll();
    const found = await app().ports.users.list(pool, 1_000);
    expect(found.map((one) => one.uid)).to.include(uid);
  });
});
