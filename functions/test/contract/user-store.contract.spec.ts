import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MAIN_POOL, type OrgPool } from '../../src/identity/pool.js';
import type { ReservationClaim } from '../../src/users/reservation-record.js';
import { type UserId, userId } from '../../src/users/user-id.js';
import { contactsOf, type UserRecord } from '../../src/users/user-record.js';
import type { UserStore } from '../../src/users/user-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { newUser } from '../support/records.js';
import { readUser, reservedContacts, storedUser } from '../support/stored-documents.js';
import { expectCode, newPool } from '../support/unit-fixtures.js';

const AT = new Date('2030-01-01T00:00:00.123Z');
const LATER = new Date('2030-01-01T00:01:00.123Z');

describeContract('UserStore', (ports, adapters) => {
  let store: UserStore;
  let editor: DocumentEditor;
  let pool: OrgPool;
  before(() => {
    store = ports().users;
    editor = documentEditor(ports());
  });
  after(() => editor.close());
  beforeEach(() => {
    pool = newPool();
  });

  const reserved = (uid?: UserId) => reservedContacts(ports(), pool, uid);
  const stored = (user?: UserRecord) => storedUser(ports(), pool, user);
  const read = (uid: UserId) => readUser(ports(), pool, uid);

  const found = (claims: readonly ReservationClaim[]) => ports().reservations.find(claims.map(({ key }) => key));
  const states = async (claims: readonly ReservationClaim[]) => (await found(claims)).map(({ state }) => state);

  it('finds nobody who was not written', async () => {
    const user = newUser();
    expect(await store.find(pool, user.uid)).to.equal(null);
    for (const contact of Object.values(contactsOf(user)))
      expect(await store.findByContact(pool, contact)).to.equal(null);
  });

  it('gives a profile back as it was written', async () => {
    const full = newUser({
      date_of_birth: 'v1.sealed',
      address: { line1: 'Main St 1', city: 'Zürich 🏔', zipcode: '8001' },
      secondary_address: { country: 'CH' },
      metadata: JSON.stringify({ 'a.b': [[1], [2]], __x__: { '': null } }),
      role: 'admin',
      status: 'pending',
      kyc_status: 'approved',
    });
    for (const user of [full, newUser()]) {
      await store.create(pool, user, await reserved());
      expect(await store.find(pool, user.uid)).to.deep.equal(user);
      for (const contact of Object.values(contactsOf(user)))
        expect(await store.findByContact(pool, contact)).to.deep.equal(user);
    }
  });

  it('keeps a main-app user apart from every org', async () => {
    const user = newUser();
    await store.create(MAIN_POOL, user, await reserved());
    expect(await store.find(MAIN_POOL, user.uid)).to.deep.equal(user);
    expect(await store.find(pool, user.uid)).to.equal(null);
  });

  /** T-01. */
  it('knows nobody of another org, by uid or contact', async () => {
    const [user, other] = [newUser(), newPool()];
    await store.create(pool, user, await reserved());
    expect(await store.find(other, user.uid)).to.equal(null);
    for (const contact of Object.values(contactsOf(user)))
      expect(await store.findByContact(other, contact)).to.equal(null);
    const document = await read(user.uid);
    expect(await store.change(other, document, { written: { status: 'banned' } })).to.equal(null);
    expect(await store.read(other, user.uid)).to.equal(null);
    expect(await store.list(other, 10)).to.deep.equal([]);
    await store.delete(other, user.uid, []);
    expect(await store.find(pool, user.uid)).to.deep.equal(user);
  });

  it('looks for an address as an address and for a number as a number', async () => {
    const user = newUser();
    await store.create(pool, user, await reserved());
    expect(await store.findByContact(pool, { kind: 'phone', value: user.email })).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.phone_number })).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.email.toUpperCase() })).to.equal(null);
  });

  describe('create', () => {
    it('makes the contacts’ reservations permanent', async () => {
      const user = newUser();
      const claims = await reserved(user.uid);
      await store.create(pool, user, claims);
      expect(await states(claims)).to.deep.equal(['held', 'held']);
      expect((await found(claims)).map(({ leaseUntil }) => leaseUntil)).to.deep.equal([null, null]);
    });

    it('leaves nothing of the request in them, and all else as it was', async () => {
      const user = newUser();
      const claims = await reserved(user.uid);
      const before = await found(claims);
      await store.create(pool, user, claims);
      const after = await found(claims);
      expect(after.map(({ version: _, ...rest }) => rest)).to.deep.equal(
        before.map(({ version: _, ...rest }) => ({ ...rest, state: 'held', fingerprint: null, leaseUntil: null })),
      );
    });

    it('refuses a uid that is there, and changes nothing', async () => {
      const user = newUser();
      await store.create(pool, user, await reserved());
      const claims = await reserved();
      await expectCode(store.create(pool, { ...user, first_name: 'Eve' }, claims), 'already_exists');
      expect(await store.find(pool, user.uid)).to.deep.equal(user);
      expect(await states(claims)).to.deep.equal(['reserved', 'reserved']);
    });

    it('writes no profile when a reservation was cleared away meanwhile', async () => {
      const user = newUser();
      const claims = await reserved();
      await ports().reservations.release(claims.slice(1));
      await expectCode(store.create(pool, user, claims), 'already_exists');
      expect(await store.find(pool, user.uid)).to.equal(null);
      expect(await states(claims), 'the other one').to.deep.equal(['reserved']);
    });

    it('writes no profile when a reservation was taken over meanwhile, or is somebody else’s by now', async () => {
      const [user, overtaken] = [newUser(), await reserved()];
      const renewed = await ports().reservations.renew(overtaken.slice(0, 1), LATER);
      await expectCode(store.create(pool, user, overtaken), 'already_exists');
      expect(await states(overtaken)).to.deep.equal(['reserved', 'reserved']);
      await ports().reservations.release([...(renewed ?? []), ...overtaken.slice(1)]);
      const keys = overtaken.map(({ key }) => key);
      const next = { pool, uid: userId.generate(), state: 'reserved', fingerprint: 'g', keys, leaseUntil: AT } as const;
      await ports().reservations.reserve(next);
      await expectCode(store.create(pool, user, overtaken), 'already_exists');
      expect(await store.find(pool, user.uid)).to.equal(null);
      expect(await states(overtaken)).to.deep.equal(['reserved', 'reserved']);
    });

    it('lets one of 50 parallel ones through', async () => {
      const user = newUser();
      const claims = await reserved();
      const tries = times(50, () => ({ ...user, role: randomUUID() }));
      const results = await Promise.allSettled(tries.map((one) => store.create(pool, one, claims)));
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).to.have.property('code', 'already_exists');
      const winner = results.findIndex(({ status }) => status === 'fulfilled');
      expect((await store.find(pool, user.uid))?.role).to.equal(tries[winner]?.role);
    });
  });

  it('reads the whole document, what was written and what is in force', async () => {
    const user = newUser({ status: 'pending', kyc_status: 'approved', role: 'admin' });
    const { kyc_status, status, role, ...profile } = user;
    const { version, ...document } = await stored(user);
    const terms = { kyc_status, status, role };
    expect(document).to.deep.equal({ profile, written: terms, inForce: terms, problems: {}, isEnforced: true });
    expect(version).to.be.a('string').that.is.not.equal('');
    expect(await store.read(pool, userId.generate())).to.equal(null);
  });

  it('goes by what is written where that keeps somebody out, and by nothing else of it', async () => {
    const user = newUser();
    await stored(user);
    await editor.user(pool, user.uid, { role: 'admin', kyc_status: 'approved' });
    expect(await store.find(pool, user.uid)).to.deep.equal(user);
    const OUT = { suspended: 'suspended', banned: 'banned', pending: 'pending', Active: 'suspended', '': 'suspended' };
    for (const [written, status] of [...Object.entries(OUT), [null, 'suspended'], [undefined, 'suspended']] as const) {
      await editor.user(pool, user.uid, { status: written });
      expect(await store.find(pool, user.uid), String(written)).to.deep.equal({ ...user, status });
    }
  });

  it('list: gives all of a pool, page by page in the order of their ids, and of no other', async () => {
    const users = times(7, () => newUser()).sort((one, other) => (one.uid < other.uid ? -1 : 1));
    await Promise.all(users.map((user) => stored(user)));
    await store.create(newPool(), newUser(), await reserved());
    const found: UserRecord[] = [];
    for (let page = 0; page < 3; page += 1) found.push(...(await store.list(pool, 3, found.at(-1)?.uid)));
    expect(found).to.deep.equal(users);
    expect(await store.list(pool, 3, found.at(-1)?.uid)).to.deep.equal([]);
  });

  /** What only somebody who spoils a document in the console can make. */
  if (adapters === 'emulators')
    it('whose terms somebody has removed gets in nowhere', async () => {
      const user = newUser();
      await stored(user);
      await editor.user(pool, user.uid, { inForce: undefined });
      const spoilt = { ...user, kyc_status: 'pending', status: 'suspended', role: 'user' };
      expect(await store.find(pool, user.uid)).to.deep.equal(spoilt);
    });
});
