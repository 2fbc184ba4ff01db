import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { EDITED_BY } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { DAY_MS } from '../lib/clock.js';
import { orgId } from '../orgs/org-id.js';
import { DEFAULT_ORG_SETTINGS } from '../orgs/org-settings.js';
import { generateKeyId, type KeyId } from './credential-id.js';
import type { IssuedCredential } from './credential-issuer.js';
import { CREDENTIAL_CACHE_MS } from './credential-policy.js';
import type { CredentialDocument } from './credential-record.js';

const GRACE_DAYS = DEFAULT_ORG_SETTINGS.rotationGraceDays;

describe('CredentialAdmin, edits', () => {
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
  const settle = (key: KeyId = issued.key) => office.admin.settle(key, EDITED_BY);
  const authenticate = ({ key, secret }: IssuedCredential = issued) => office.instance().authenticate(key, secret);
  const inDays = (days: number) => new Date(office.clock.now() + days * DAY_MS);

  async function read(key: KeyId = issued.key): Promise<CredentialDocument> {
    const document = await office.credentials.read(key);
    if (document === null) throw new Error('there is no such credential');
    return document;
  }

  async function edit(fields: Readonly<Record<string, unknown>>): Promise<void> {
    office.credentials.edit(issued.key, fields);
    await settle();
  }

  /** The one that was issued in its place, as it can be read in the console. */
  async function successor(): Promise<IssuedCredential> {
    const key = (await read()).rotatedTo;
    const shown = key === null ? undefined : office.credentials.shown.get(key);
    if (key === null || shown === undefined) throw new Error('there is no successor to be seen');
    return { key, secret: shown.secret };
  }

  describe('settle', () => {
    it('brings in force what was edited, once, however often it is told, with one record', async () => {
      office.credentials.edit(issued.key, { name: 'CI', scopes: ['auth'], expiresAt: inDays(1) });
      for (let count = 0; count < 3; count += 1) await settle();
      expect((await read()).inForce).to.deep.include({ name: 'CI', scopes: ['auth'], expiresAt: inDays(1) });
      const [record, ...more] = office.audit.records;
      expect(more).to.deep.equal([]);
      expect(record).to.deep.include({
        action: 'credential.changed',
        target: { kind: 'credential', id: issued.key },
        actor: EDITED_BY,
        details: { fields: 'name, scopes, expiresAt' },
      });
    });

    it('told ten times at once, does it once', async () => {
      office.credentials.edit(issued.key, { status: 'revoked' });
      await parallel(10, () => settle());
      expect(actions()).to.deep.equal(['credential.revoked']);
    });

    it('reports a bad value, keeps the last good one in force, and forgets the report once it is fixed', async () => {
      await edit({ scopes: ['admin'], name: 'CI' });
      const { inForce, problems, written } = await read();
      expect(problems).to.have.all.keys('scopes');
      expect(inForce).to.deep.include({ name: 'CI', scopes: ['auth', 'pii:read'] });
      expect(written.scopes).to.deep.equal(['admin']);
      const { version } = await read();
      await settle();
      expect((await read()).version, 'its own event').to.equal(version);
      await edit({ scopes: ['auth'] });
      expect((await read()).problems).to.deep.equal({});
    });

    it('revokes by the document alone, before anybody has looked at it', async () => {
      office.credentials.edit(issued.key, { status: 'revoked' });
      await expectCode(authenticate(), 'invalid_client');
      expect(actions()).to.deep.equal([]);
    });

    it('never brings a revoked one back', async () => {
      await edit({ status: 'revoked' });
      for (const status of ['active', undefined, 'x']) {
        await edit({ status });
        expect((await read()).inForce.status).to.equal('revoked');
        expect((await read()).problems['status']).to.match(/stays revoked/);
        await expectCode(authenticate(), 'invalid_client');
      }
      expect(actions()).to.deep.equal(['credential.revoked']);
    });

    it('fails closed on a status that is none, looked at or not, until it is mended', async () => {
      office.credentials.edit(issued.key, { status: 'aktiv' });
      await expectCode(authenticate(), 'invalid_client');
      await settle();
      expect((await read()).problems).to.have.all.keys('status');
      await expectCode(authenticate(), 'invalid_client');
      expect(actions()).to.deep.equal([]);
      await edit({ status: 'active' });
      expect((await read()).problems).to.deep.equal({});
      await authenticate();
    });

    it('is nothing for a document, or an org, that is gone', async () => {
      await settle(generateKeyId('live'));
      const orphan = await office.issueFor(orgId.generate());
      office.credentials.edit(orphan.key, { rotate: true });
      await settle(orphan.key);
      expect((await read(orphan.key)).rotatedTo).to.equal(null);
    });

    it('gives up when edits do not end', async () => {
      office.credentials.edit(issued.key, { name: 'CI' });
      office.credentials.change = async () => null;
      await expectCode(settle(), 'request_in_progress');
    });
  });

  describe('settle, of rotate: true', () => {
    it('issues one successor, however often it is told, and shows its secret', async () => {
      office.credentials.edit(issued.key, { rotate: true });
      for (let count = 0; count < 3; count += 1) await settle();
      const next = await successor();
      for (const one of [issued, next]) await authenticate(one);
      const { rotate, problems, inForce, written } = await read();
      expect([rotate, problems]).to.deep.equal([false, {}]);
      expect([inForce.expiresAt, written.expiresAt]).to.deep.equal([inDays(GRACE_DAYS), inDays(GRACE_DAYS)]);
      expect(await office.admin.list(office.orgId)).to.have.length(2);
      expect(actions()).to.deep.equal(['credential.rotated', 'credential.issued']);
      expect((await read(next.key)).createdBy).to.equal('console:ada@example.com');
    });

    it('told ten times at once, issues one', async () => {
      office.credentials.edit(issued.key, { rotate: true });
      await parallel(10, () => settle());
      expect(await office.admin.list(office.orgId)).to.have.length(2);
      expect(office.credentials.shown.size).to.equal(1);
      expect(actions()).to.deep.equal(['credential.rotated', 'credential.issued']);
    });

    it('beside the command at the same time, issues one between them', async () => {
      office.credentials.edit(issued.key, { rotate: true });
      await Promise.allSettled([settle(), office.admin.rotate(issued.key, BY), settle()]);
      expect(await office.admin.list(office.orgId)).to.have.length(2);
      await settle();
      expect(await office.admin.list(office.orgId)).to.have.length(2);
    });

    it('issues it with what was edited together with it', async () => {
      await edit({ rotate: true, scopes: ['auth'] });
      const next = await successor();
      expect((await read(next.key)).inForce.scopes).to.deep.equal(['auth']);
      expect(actions()).to.deep.equal(['credential.changed', 'credential.rotated', 'credential.issued']);
    });

    it('refuses what can not be, takes the wish back, and says why', async () => {
      for (const rotate of ['true', 1, null, {}]) {
        await edit({ rotate: rotate ?? 'null' });
        expect(await read()).to.include({ rotate: false, rotatedTo: null });
        expect((await read()).problems['rotate']).to.equal('Must be true or false.');
      }
      await edit({ rotate: true });
      const next = await successor();
      expect((await read()).problems).to.deep.equal({});
      await edit({ rotate: true });
      expect((await read()).problems['rotate']).to.include(next.key);
      await settle();
      expect((await read()).problems['rotate'], 'stays to be read').to.include(next.key);
      expect(await office.admin.list(office.orgId)).to.have.length(2);
    });

    it('issues nothing for one that is revoked, before or with it', async () => {
      await edit({ rotate: true, status: 'revoked' });
      expect(await office.admin.list(office.orgId)).to.have.length(1);
      expect(await read()).to.include({ rotate: false, rotatedTo: null });
      await edit({ rotate: true });
      expect((await read()).problems['rotate']).to.match(/revoked/);
      expect(await office.admin.list(office.orgId)).to.have.length(1);
    });

    it('never refuses the old one while it is being rotated, in an instance that knows it or not', async () => {
      const known = office.service;
      await known.authenticate(issued.key, issued.secret);
      await edit({ rotate: true });
      for (let minute = 0; minute < 3; minute += 1) {
        await known.authenticate(issued.key, issued.secret);
        await authenticate();
        office.clock.advance(CREDENTIAL_CACHE_MS);
      }
    });
  });
});
