import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { EDITED_BY } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { HOUR_MS } from '../lib/clock.js';
import type { IssuedCredential } from './credential-issuer.js';
import { CREDENTIAL_CACHE_MS, SECRET_SHOWN_MS } from './credential-policy.js';

describe('CredentialService, uses', () => {
  let office: CredentialOffice;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new CredentialOffice();
    issued = await office.issue();
  });

  const use = (service = office.service, { key, secret }: IssuedCredential = issued) =>
    service.authenticate(key, secret);
  const lastUsedAt = async () => (await office.credentials.read(issued.key))?.lastUsedAt;
  const now = () => new Date(office.clock.now());

  it('are noted at the first, then once an hour at most, whatever the number of instances', async () => {
    const instances = [office.service, office.instance(), office.instance()];
    for (let minute = 0; minute < 180; minute += 1) {
      for (const instance of instances) await use(instance);
      office.clock.advance(CREDENTIAL_CACHE_MS);
    }
    expect(office.credentials.notes).to.have.length(3);
    const times = office.credentials.notes.map((note) => note.lastUsedAt?.getTime() ?? 0);
    for (const [index, time] of times.entries())
      if (index > 0) expect(time - (times[index - 1] ?? 0)).to.be.at.least(HOUR_MS);
  });

  it('are noted once by many at the same time, in one instance or in several', async () => {
    const all = [office.service, office.instance(), office.instance()];
    await Promise.all(all.flatMap((instance) => Array.from({ length: 20 }, () => use(instance))));
    expect(office.credentials.notes).to.have.length(1);
    expect(await lastUsedAt()).to.deep.equal(now());
  });

  it('are noted again an hour later, and not a moment sooner', async () => {
    await use();
    const first = now();
    office.clock.advance(HOUR_MS - 1);
    await use();
    expect(await lastUsedAt()).to.deep.equal(first);
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await use();
    expect(await lastUsedAt()).to.deep.equal(now());
  });

  it('are no edits: nothing follows from them', async () => {
    await use();
    const { version } = (await office.credentials.read(issued.key)) ?? {};
    office.audit.records.length = 0;
    await office.admin.settle(issued.key, EDITED_BY);
    expect((await office.credentials.read(issued.key))?.version).to.equal(version);
    expect(office.audit.records).to.deep.equal([]);
  });

  it('that can not be noted are served all the same, and noted with the next documents', async () => {
    office.credentials.changeFault = new UnavailableError();
    for (let count = 0; count < 3; count += 1) await use();
    office.credentials.changeFault = undefined;
    await use();
    expect(await lastUsedAt()).to.equal(null);
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await use();
    expect(await lastUsedAt()).to.deep.equal(now());
  });

  it('try to note one failure a minute, not one a request', async () => {
    let tries = 0;
    office.credentials.change = async () => {
      tries += 1;
      throw new UnavailableError();
    };
    for (let count = 0; count < 100; count += 1) await use();
    expect(tries).to.equal(1);
  });

  it('leave an edit alone that came since the documents were read', async () => {
    const change = office.credentials.change.bind(office.credentials);
    office.credentials.change = (read, fields, also) => {
      office.credentials.edit(issued.key, { status: 'revoked' });
      return change(read, fields, also);
    };
    await use();
    expect(await lastUsedAt()).to.equal(null);
    expect((await office.credentials.read(issued.key))?.written.status).to.equal('revoked');
  });

  describe('of a secret that the console shows', () => {
    let shown: IssuedCredential;
    beforeEach(async () => {
      shown = await office.issueFor(office.orgId, {}, { shown: true });
    });
    const isShown = () => office.credentials.shown.has(shown.key);

    it('take it out of the console: the first one, and at once', async () => {
      expect(isShown()).to.equal(true);
      await use(office.service, shown);
      expect(isShown()).to.equal(false);
      expect((await office.credentials.read(shown.key))?.secretShownUntil).to.equal(null);
      await use(office.instance(), shown);
    });

    it('that were refused leave it there', async () => {
      await expectCode(office.service.authenticate(shown.key, issued.secret), 'invalid_client');
      await office.orgService.suspend(office.orgId, BY);
      await expectCode(use(office.service, shown), 'client_inactive');
      expect(isShown()).to.equal(true);
    });

    it('take it out with the next documents when it could not be done at once', async () => {
      office.credentials.changeFault = new UnavailableError();
      await use(office.service, shown);
      expect(isShown()).to.equal(true);
      office.credentials.changeFault = undefined;
      office.clock.advance(CREDENTIAL_CACHE_MS);
      await use(office.service, shown);
      expect(isShown()).to.equal(false);
    });

    it('take it out even where a use was noted within the hour', async () => {
      await office.change(shown.key, { lastUsedAt: now() });
      await use(office.service, shown);
      expect(isShown()).to.equal(false);
    });

    it('are no more than its time: it is over within 15 minutes, sweep and all', async () => {
      const { secretShownUntil } = (await office.credentials.read(shown.key)) ?? {};
      expect(secretShownUntil?.getTime()).to.equal(office.clock.now() + SECRET_SHOWN_MS);
      expect(SECRET_SHOWN_MS + 2 * CREDENTIAL_CACHE_MS).to.be.at.most(15 * 60_000);
      expect(await office.credentials.findShown(new Date(office.clock.now() + SECRET_SHOWN_MS - 1), 10)).to.have.length(
        0,
      );
      expect(await office.credentials.findShown(new Date(office.clock.now() + SECRET_SHOWN_MS), 10)).to.have.length(1);
    });
  });
});
