import { expect } from 'chai';
import type { OrgPool } from '../../src/identity/pool.js';
import type { ReservationClaim } from '../../src/users/reservation-record.js';
import type { UserId } from '../../src/users/user-id.js';
import type { UserRecord } from '../../src/users/user-record.js';
import type { UserStore } from '../../src/users/user-store.js';
import { describeContract, times } from '../support/describe-contract.js';
import { type DocumentEditor, documentEditor } from '../support/document-editor.js';
import { newAudit, newUser } from '../support/records.js';
import { readUser, reservedContacts, storedUser } from '../support/stored-documents.js';
import { newPool } from '../support/unit-fixtures.js';

const AT = new Date('2030-01-01T00:00:00.123Z');

describeContract('UserStore, changes', (ports) => {
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

  const audits = () => ports().audit.latest(100, pool.id);
  const found = (claims: readonly ReservationClaim[]) => ports().reservations.find(claims.map(({ key }) => key));
  const states = async (claims: readonly ReservationClaim[]) => (await found(claims)).map(({ state }) => state);

  describe('change', () => {
    it('sets what it is given, and of one user', async () => {
      const [before, other] = [await stored(), await stored()];
      const inForce = { kyc_status: 'approved', status: 'banned', role: 'admin' } as const;
      const fields = { inForce, problems: { role: 'Not one.' }, isEnforced: false };
      const version = await store.change(pool, before, { ...fields, written: { status: 'banned' }, updatedAt: AT });
      const expected = {
        ...fields,
        profile: { ...before.profile, updatedAt: AT },
        written: { ...before.written, status: 'banned' },
        version,
      };
      expect(await read(before.profile.uid)).to.deep.equal(expected);
      expect(version).not.to.equal(before.version);
      await store.change(pool, { ...before, version: version ?? '' }, { isEnforced: true });
      const { version: _, ...after } = await read(before.profile.uid);
      const { version: __, ...rest } = expected;
      expect(after).to.deep.equal({ ...rest, isEnforced: true });
      expect(await read(other.profile.uid)).to.deep.equal(other);
    });

    it('lets one of 20 with the same version through, and its record alone', async () => {
      const document = await stored();
      const tries = times(20, (n) => ({ role: `role-${n}`, audit: newAudit(pool.id) }));
      const results = await Promise.allSettled(
        tries.map(({ role, audit }) => store.change(pool, document, { written: { role } }, [audit])),
      );
      const won = results.map((result) => result.status === 'fulfilled' && result.value !== null);
      expect(won.filter(Boolean)).to.have.length(1);
      const winner = tries[won.indexOf(true)];
      expect((await read(document.profile.uid)).written.role).to.equal(winner?.role);
      expect(await audits()).to.deep.equal([winner?.audit]);
    });

    it('does nothing with an old version, or to a user who is gone', async () => {
      const before = await stored();
      const { uid } = before.profile;
      await editor.user(pool, uid, { role: 'edited' });
      expect(await store.change(pool, before, { isEnforced: false }, [newAudit(pool.id)])).to.equal(null);
      const edited = await read(uid);
      expect([edited.isEnforced, edited.written.role]).to.deep.equal([true, 'edited']);
      await store.delete(pool, uid, []);
      expect(await store.change(pool, edited, { isEnforced: false }, [newAudit(pool.id)])).to.equal(null);
      expect(await store.find(pool, uid)).to.equal(null);
      expect(await audits()).to.deep.equal([]);
    });
  });

  describe('markVerified', () => {
    it('marks one contact of one user, and leaves all else', async () => {
      const [before, other] = [await stored(), await stored()];
      const { uid } = before.profile;
      for (const kind of ['phone', 'email', 'email'] as const) await store.markVerified(pool, uid, kind);
      const { version, ...after } = await read(uid);
      const { version: _, ...rest } = before;
      const profile = { ...before.profile, email_verified: true, phone_verified: true };
      expect(after).to.deep.equal({ ...rest, profile });
      expect(version).not.to.equal(before.version);
      expect(await read(other.profile.uid)).to.deep.equal(other);
    });

    it('marks the contact that it is told of alone', async () => {
      for (const kind of ['email', 'phone'] as const) {
        const { uid } = (await stored()).profile;
        await store.markVerified(pool, uid, kind);
        const { email_verified, phone_verified } = (await read(uid)).profile;
        expect([email_verified, phone_verified]).to.deep.equal([kind === 'email', kind === 'phone']);
      }
    });

    it('loses no change that somebody makes meanwhile', async () => {
      const { uid } = (await stored()).profile;
      await Promise.all([
        ...times(5, () => store.markVerified(pool, uid, 'email')),
        editor.user(pool, uid, { role: 'edited' }),
        ...times(5, () => store.markVerified(pool, uid, 'phone')),
      ]);
      const { profile, written } = await read(uid);
      expect(profile).to.include({ email_verified: true, phone_verified: true });
      expect(written.role).to.equal('edited');
    });

    it('does not bring back a user who is gone', async () => {
      const { uid } = (await stored()).profile;
      await store.delete(pool, uid, []);
      await store.markVerified(pool, uid, 'email');
      expect(await store.find(pool, uid)).to.equal(null);
      expect(await store.read(pool, uid)).to.equal(null);
    });
  });

  it('delete: removes profile and reservations, and twice is no error', async () => {
    const user = newUser();
    const claims = await reserved();
    await store.create(pool, user, claims);
    const keys = claims.map(({ key }) => key);
    for (const _ of times(2, String)) await store.delete(pool, user.uid, keys);
    expect(await store.find(pool, user.uid)).to.equal(null);
    expect(await store.findByContact(pool, { kind: 'email', value: user.email })).to.equal(null);
    expect(await states(claims)).to.deep.equal([]);
  });

  it('delete: writes its record with it', async () => {
    const [{ profile }, audit] = [await stored(), newAudit(pool.id)];
    await store.delete(pool, profile.uid, [], [audit]);
    expect(await audits()).to.deep.equal([audit]);
  });
});
