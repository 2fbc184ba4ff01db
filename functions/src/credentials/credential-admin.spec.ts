import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { DAY_MS } from '../lib/clock.js';
import { orgId } from '../orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS } from '../orgs/org-settings.js';
import { DEFAULT_SCOPES } from './credential-admin.js';
import { generateKeyId, type KeyId } from './credential-id.js';
import type { IssuedCredential } from './credential-issuer.js';
import type { CredentialDocument } from './credential-record.js';

const GRACE_DAYS = DEFAULT_ORG_SETTINGS.rotationGraceDays;

describe('CredentialAdmin', () => {
  let office: CredentialOffice;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new CredentialOffice();
    issued = await office.issue({}, { name: 'Backend', scopes: ['auth', 'pii:read'] });
    office.audit.records.length = 0;
  });

  const parallel = <T>(count: number, work: () => Promise<T>) =>
    Promise.allSettled(Array.from({ length: count }, () => work()));
  const actions = () => office.audit.records.map(({ action }) => action);
  const authenticate = ({ key, secret }: IssuedCredential = issued) => office.instance().authenticate(key, secret);
  const inDays = (days: number) => new Date(office.clock.now() + days * DAY_MS);

  async function read(key: KeyId = issued.key): Promise<CredentialDocument> {
    const document = await office.credentials.read(key);
    if (document === null) throw new Error('there is no such credential');
    return document;
  }

  describe('rotate, of what is over', () => {
    const refused = async (why: RegExp) => {
      const { details } = await expectCode(office.admin.rotate(issued.key, BY), 'invalid_request');
      expect(details?.[0]?.message).to.match(why);
      expect(office.audit.records).to.deep.equal([]);
    };

    it('issues nothing: what has ended would have a successor that has ended', async () => {
      await office.change(issued.key, { expiresAt: inDays(1) });
      office.audit.records.length = 0;
      office.clock.advance(DAY_MS);
      await refused(/ended/);
    });

    it('issues nothing for a leaked one whose revocation nobody has looked at yet', async () => {
      office.credentials.edit(issued.key, { status: 'revoked' });
      await refused(/revoked/);
    });
  });

  describe('issue', () => {
    it('issues with the terms that are asked for, in the environment of the org', async () => {
      const terms = { name: 'CI', scopes: ['auth'], expiresAt: inDays(1), allowedAddresses: ['10.0.0.0/8'] } as const;
      const { key, secret } = await office.admin.issue(office.orgId, BY, terms);
      expect([key.slice(0, 12), secret.slice(0, 15)]).to.deep.equal(['gh_key_live_', 'gh_secret_live_']);
      expect(await read(key)).to.deep.include({
        written: { ...terms, status: 'active' },
        inForce: { ...terms, status: 'active' },
        createdBy: 'cli:tester',
        secretShownUntil: null,
        lastUsedAt: null,
        rotatedTo: null,
      });
      expect(office.credentials.shown.size).to.equal(0);
    });

    it('leaves out pii:read unless it is asked for', async () => {
      const { key } = await office.admin.issue(office.orgId, BY);
      expect((await read(key)).inForce.scopes)
        .to.deep.equal(DEFAULT_SCOPES)
        .and.not.include('pii:read');
    });

    it('writes one record, without the secret', async () => {
      const { key, secret } = await office.admin.issue(office.orgId, BY);
      const [record, ...more] = office.audit.records;
      expect(more).to.deep.equal([]);
      expect(record).to.deep.include({
        orgId: office.orgId,
        action: 'credential.issued',
        target: { kind: 'credential', id: key },
        actor: BY,
      });
      expect(JSON.stringify(record)).not.to.include(secret.slice(15));
    });

    it('refuses terms that can not be, by field, and an org that is not there', async () => {
      const bad = { name: 'a'.repeat(101), allowedAddresses: [], scopes: ['admin' as never] };
      const { details } = await expectCode(office.admin.issue(office.orgId, BY, bad), 'invalid_request');
      expect(details?.map(({ path }) => path)).to.have.members(['name', 'allowedAddresses', 'scopes']);
      await expectCode(office.admin.issue(orgId.generate(), BY), 'not_found');
      expect(actions()).to.deep.equal([]);
    });

    it('issues test credentials in a test org', async () => {
      const test = new CredentialOffice();
      await test.issue({ environment: 'test' });
      expect((await test.admin.issue(test.orgId, BY)).key).to.match(/^gh_key_test_/);
    });
  });

  describe('revoke', () => {
    it('ends it at once, in the document too, hides its secret, and writes one record; twice is no error', async () => {
      const shown = await office.issueFor(office.orgId, {}, { shown: true });
      office.audit.records.length = 0;
      for (let count = 0; count < 2; count += 1) await office.admin.revoke(shown.key, BY);
      const { written, inForce, secretShownUntil } = await read(shown.key);
      expect([written.status, inForce.status, secretShownUntil]).to.deep.equal(['revoked', 'revoked', null]);
      expect(office.credentials.shown.size).to.equal(0);
      expect(actions()).to.deep.equal(['credential.revoked']);
      await expectCode(authenticate(shown), 'invalid_client');
      await authenticate();
    });

    it('ten at once make one record', async () => {
      await parallel(10, () => office.admin.revoke(issued.key, BY));
      expect(actions()).to.deep.equal(['credential.revoked']);
    });

    it('is refused where there is none', async () => {
      await expectCode(office.admin.revoke(generateKeyId('live'), BY), 'not_found');
    });
  });

  describe('rotate', () => {
    it('issues a successor with the same terms, and lets the old one live for the grace period', async () => {
      const next = await office.admin.rotate(issued.key, BY);
      const { inForce, rotatedTo } = await read();
      expect([rotatedTo, inForce.expiresAt]).to.deep.equal([next.key, inDays(GRACE_DAYS)]);
      const { status, ...terms } = (await read(next.key)).inForce;
      expect({ status, ...terms }).to.deep.equal({ ...inForce, expiresAt: null });
      for (const one of [issued, next]) await authenticate(one);
      office.clock.advance(GRACE_DAYS * DAY_MS - 1);
      await authenticate();
      office.clock.advance(1);
      await expectCode(authenticate(), 'invalid_client');
      await authenticate(next);
    });

    it('takes the grace period that is asked for, or the org’s', async () => {
      await office.admin.rotate(issued.key, BY, 0);
      expect((await read()).inForce.expiresAt).to.deep.equal(inDays(0));
      await expectCode(authenticate(), 'invalid_client');
      const own = new CredentialOffice();
      const { key } = await own.issue({ settings: { ...DEFAULT_ORG_SETTINGS, rotationGraceDays: 2 } });
      await own.admin.rotate(key, BY);
      expect((await own.credentials.read(key))?.inForce.expiresAt).to.deep.equal(
        new Date(own.clock.now() + 2 * DAY_MS),
      );
    });

    it('lets no credential live longer than it would have', async () => {
      await office.change(issued.key, { expiresAt: inDays(1) });
      await office.admin.rotate(issued.key, BY);
      expect((await read()).inForce.expiresAt).to.deep.equal(inDays(1));
    });

    it('writes a record of each: of the rotation, and of what was issued by it', async () => {
      const next = await office.admin.rotate(issued.key, BY);
      expect(office.audit.records.map(({ action, target, details }) => [action, target.id, details])).to.deep.equal([
        ['credential.rotated', issued.key, { to: next.key }],
        ['credential.issued', next.key, {}],
      ]);
    });

    it('ten at once issue one successor; the others are told of it', async () => {
      const results = await parallel(10, () => office.admin.rotate(issued.key, BY));
      const won = results.filter(({ status }) => status === 'fulfilled');
      expect(won).to.have.length(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).to.have.property('code', 'invalid_request');
      expect(await office.admin.list(office.orgId)).to.have.length(2);
      expect(actions()).to.deep.equal(['credential.rotated', 'credential.issued']);
    });

    it('is refused for one that was rotated, is revoked, or is not there', async () => {
      const next = await office.admin.rotate(issued.key, BY);
      const { details } = await expectCode(office.admin.rotate(issued.key, BY), 'invalid_request');
      expect(details?.[0]?.message).to.include(next.key);
      await office.admin.revoke(next.key, BY);
      await expectCode(office.admin.rotate(next.key, BY), 'invalid_request');
      await expectCode(office.admin.rotate(generateKeyId('live'), BY), 'not_found');
      expect(await office.admin.list(office.orgId)).to.have.length(2);
    });
  });

  it('list: gives all of an org, the oldest first, and of no other', async () => {
    office.clock.advance(1_000);
    const second = await office.admin.issue(office.orgId, BY);
    await office.issueFor(orgId.generate());
    office.clock.advance(1_000);
    const third = await office.admin.issue(office.orgId, BY);
    const keys = (await office.admin.list(office.orgId)).map(({ keyId }) => keyId);
    expect(keys).to.deep.equal([issued.key, second.key, third.key]);
  });
});
