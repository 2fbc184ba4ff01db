import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import type { Contact } from '../src/contacts/contact.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { atOnce, dose } from './support/dose.js';
import { InvariantChecker } from './support/invariants.js';
import { type Kill, Killable, killsOf, someKillsOf } from './support/killable.js';
import { newRegistration, type RegisterBody } from './support/scenario.js';

const PATH = '/partner/auth/register';
const LEASE_MS = 61_000;
const TIMEOUT_MS = 240_000;
const HEAVY_TIMEOUT_MS = 3_600_000;
const REGISTERS = Number(process.env['GATEHOUSE_KILLED_REGISTERS'] ?? dose(4, 1_000));
/** A process each: more at once than there are processors only slows all of them down. */
const AT_ONCE = 2;
const NOTHING = { users: [], profiles: [], reservations: [] };

describeApp('Registrations that are killed (R-02)', (app) => {
  const rows: Record<string, Record<string, string | number>> = {};
  let killable: Killable;
  let checker: InvariantChecker;
  let org: TestOrg;
  /** Every contact that this suite ever asked for. */
  let contacts: Contact[];
  let calls: readonly string[];

  before(async () => {
    killable = await Killable.build();
    checker = new InvariantChecker();
    const dry = await killable.run(await app().provision(), { path: PATH, body: newRegistration() }, null);
    expect(dry?.status).to.equal(201);
    calls = dry?.calls ?? [];
  });
  beforeEach(async () => {
    org = await app().provision();
    contacts = [];
  });
  after(async () => {
    console.table(rows);
    killable.remove();
    await checker.close();
  });

  function newBody(overrides: Partial<RegisterBody> = {}): RegisterBody {
    const body = newRegistration(overrides);
    contacts.push(...contactsOf(body));
    return body;
  }

  async function killAt(kill: Kill, body: RegisterBody): Promise<void> {
    expect(await killable.run(org, { path: PATH, body }, kill), 'it was not killed').to.equal(null);
  }

  /**
   * The same request again makes the user, once. When the profile was written and only the answer got lost, it is told
   * that there is one: without an idempotency key nothing tells it from somebody else's second registration.
   */
  async function askAgain(kill: Kill, body: RegisterBody): Promise<number> {
    const what = `${kill.moment} ${kill.call + 1} ${calls[kill.call]}`;
    const written = (await checker.profilesWith(org, body.email)).length > 0;
    const answer = expectStatus(await app().api.post(org, PATH, body), written ? 409 : 201);
    const stored = await checker.read(org, contactsOf(body));
    const identities = stored.identities.filter(({ email }) => email === body.email).map(({ uid }) => uid);
    const profiles = stored.profiles.filter(({ email }) => email === body.email).map(({ uid }) => uid);
    const held = [...stored.reservations.values()].filter(({ state }) => state === 'held').map(({ uid }) => uid);
    rows[what] = {
      ...rows[what],
      'same request': answer.status,
      identities: identities.length,
      profiles: profiles.length,
      'held contacts': held.length,
    };
    const [userId = ''] = profiles;
    if (!written) expect(answer.body.userId, what).to.equal(userId);
    expect({ identities, profiles, held }, what).to.deep.equal({
      identities: [userId],
      profiles: [userId],
      held: [userId, userId],
    });
    await app().scenario.logIn(org, { ...body, userId });
    return answer.status;
  }

  it('are finished by the same request again, whatever they had done', async () => {
    await atOnce(AT_ONCE, killsOf(calls.length), async (kill) => {
      const body = newBody();
      await killAt(kill, body);
      await askAgain(kill, body);
    });
    expect(await checker.orphans(org, contacts)).to.deep.equal(NOTHING);
  }).timeout(TIMEOUT_MS);

  it('are left alone by a different request until their lease is over, and then make way', async () => {
    const killed = await atOnce(AT_ONCE, someKillsOf(calls.length), async (kill) => {
      const body = newBody();
      await killAt(kill, body);
      const reserved = (await checker.read(org, [{ kind: 'email', value: body.email }])).reservations.size > 0;
      // One contact is the same, the other and the password are new: an honest second try of somebody else's family.
      const different = newBody({ email: body.email });
      if (reserved) expectError(await app().api.post(org, PATH, different), 409, 'already_exists');
      return { kill, body, different };
    });
    app().clock.advance(LEASE_MS);
    for (const { kill, body, different } of killed) {
      const finished = (await checker.profilesWith(org, body.email)).length > 0;
      const answer = await app().api.post(org, PATH, different);
      const row = rows[`${kill.moment} ${kill.call + 1} ${calls[kill.call]}`] ?? {};
      row['another, 61 s on'] = answer.status;
      // A registration that was through before the kill is a user.
      expectStatus(answer, finished ? 409 : 201);
    }
    expect(await checker.orphans(org, contacts)).to.deep.equal(NOTHING);
  }).timeout(TIMEOUT_MS);

  it('do not stop the same contacts from being tried with another password after the lease', async () => {
    const bodies = await atOnce(AT_ONCE, someKillsOf(calls.length - 1), async (kill) => {
      const body = newBody();
      await killAt(kill, body);
      return body;
    });
    app().clock.advance(LEASE_MS);
    for (const body of bodies) {
      const changed = { ...body, password: 'another password' };
      const { userId } = expectStatus(await app().api.post(org, PATH, changed), 201).body;
      await app().scenario.logIn(org, { ...changed, userId });
    }
    expect(await checker.orphans(org, contacts)).to.deep.equal(NOTHING);
  }).timeout(TIMEOUT_MS);

  it(`${REGISTERS} at random steps leave no orphan once they are asked for again`, async () => {
    const kills = Array.from({ length: REGISTERS }, (): Kill => {
      return { call: randomInt(calls.length), moment: randomInt(2) === 0 ? 'before' : 'after' };
    });
    const statuses = new Map<number, number>();
    await atOnce(AT_ONCE, kills, async (kill) => {
      const body = newBody();
      await killAt(kill, body);
      const status = await askAgain(kill, body);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    const orphans = await checker.orphans(org, contacts);
    console.log(`${REGISTERS} killed registers, asked for again:`, Object.fromEntries(statuses), orphans);
    expect(orphans).to.deep.equal(NOTHING);
  }).timeout(HEAVY_TIMEOUT_MS);
});

function contactsOf({ email, phone_number }: RegisterBody): Contact[] {
  return [
    { kind: 'email', value: email },
    { kind: 'phone', value: phone_number },
  ];
}
