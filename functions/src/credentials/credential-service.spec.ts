import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { BY } from '../../test/support/records.js';
import { textsIn } from '../../test/support/texts-in.js';
import { expectCode, rejection } from '../../test/support/unit-fixtures.js';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { orgId } from '../orgs/org-id.js';
import { generateKeyId, generateSecret } from './credential-id.js';
import type { IssuedCredential } from './credential-issuer.js';

const CACHE_MS = 60_000;

describe('CredentialService', () => {
  let office: CredentialOffice;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new CredentialOffice();
    issued = await office.issue();
  });

  const authenticate = ({ key, secret }: IssuedCredential = issued) => office.service.authenticate(key, secret);
  const wrongSecret = (): IssuedCredential => ({ ...issued, secret: generateSecret('live') });

  it('knows an org by its key and secret', async () => {
    const { org, keyId } = await authenticate();
    expect(org.orgId).to.equal(office.orgId);
    expect(keyId).to.equal(issued.key);
  });

  it('stores a bcrypt hash and a MAC, and of the secret no more than its beginning', () => {
    const [stored] = office.credentials.created;
    expect(stored?.secretHash).to.match(/^\$2b\$/);
    expect(Buffer.from(stored?.secretTag ?? '', 'base64url')).to.have.length(32);
    expect(stored?.prefix).to.equal(issued.secret.slice(0, 19));
    expect(JSON.stringify(stored)).not.to.include(issued.secret.slice(15, 40));
  });

  /** C-01. */
  it('refuses what cannot be a secret without a read and without bcrypt', async () => {
    const bad: readonly (readonly [string | undefined, string | undefined])[] = [
      [undefined, undefined],
      [issued.key, undefined],
      [undefined, issued.secret],
      ['', ''],
      [issued.key, `${issued.secret.slice(0, -1)}${issued.secret.endsWith('0') ? '1' : '0'}`],
      [issued.key, issued.secret.toUpperCase()],
      [issued.key, ` ${issued.secret}`],
      [issued.secret, issued.key],
      ['../orgs/x', issued.secret],
      ['gh_key_live_', issued.secret],
      [`${issued.key}/x`, issued.secret],
      [issued.key, 'x'.repeat(100_000)],
    ];
    for (const [key, secret] of bad) await expectCode(office.service.authenticate(key, secret), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 0, bcrypt: 0 });
  });

  /** C-05. */
  it('answers an unknown key and a wrong secret alike, for one read and no bcrypt', async () => {
    const unknown = await expectCode(authenticate({ ...issued, key: generateKeyId('live') }), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 1, bcrypt: 0 });
    const wrong = await expectCode(authenticate(wrongSecret()), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 0 });
    expect(unknown.message).to.equal(wrong.message);
  });

  it('does not take another credential’s secret', async () => {
    const other = await office.admin.issue(office.orgId, BY);
    await authenticate(other);
    await expectCode(authenticate({ key: issued.key, secret: other.secret }), 'invalid_client');
    await expectCode(authenticate({ key: other.key, secret: issued.secret }), 'invalid_client');
  });

  /** C-02. */
  it('costs two reads a minute for 1,000 requests with one key, and one bcrypt for all of them', async () => {
    for (let minute = 1; minute <= 3; minute += 1) {
      for (let request = 0; request < 1_000; request += 1) {
        await authenticate();
        office.clock.advance(CACHE_MS / 1_000);
      }
      expect(office.cost()).to.deep.equal({ reads: 2 * minute, bcrypt: 1 });
    }
  });

  it('shares one verification among requests that come together', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => authenticate()));
    expect(new Set(all.map(({ org }) => org.orgId)).size).to.equal(1);
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 1 });
  });

  it('shares a failure with them, and forgets it', async () => {
    office.credentials.fault = new UnavailableError();
    const all = await Promise.all(Array.from({ length: 10 }, () => rejection(authenticate())));
    for (const error of all) expect(error).to.be.instanceOf(UnavailableError);
    expect(office.credentials.reads).to.equal(1);
    office.credentials.fault = undefined;
    await authenticate();
  });

  it('answers 503 while the org can not be read, and asks for it again', async () => {
    const find = office.orgs.find.bind(office.orgs);
    office.orgs.find = () => Promise.reject(new UnavailableError());
    for (let count = 0; count < 2; count += 1) await expectCode(authenticate(), 'unavailable');
    office.orgs.find = find;
    await authenticate();
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 1 });
  });

  it('lets those who come during a verification share it, whenever they come', async () => {
    const slow = office.hasher.matches.bind(office.hasher);
    const late: Promise<unknown>[] = [];
    office.hasher.matches = async (...given) => {
      late.push(authenticate());
      const matches = await slow(...given);
      late.push(authenticate());
      return matches;
    };
    await authenticate();
    await Promise.all(late);
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 1 });
  });

  it('keeps no secret in memory', async () => {
    await authenticate();
    await expectCode(authenticate(wrongSecret()), 'invalid_client');
    const texts = textsIn(office.service);
    expect(texts.length).to.be.greaterThan(3);
    expect(texts.filter((text) => text.includes(issued.secret.slice(20)))).to.deep.equal([]);
  });

  /** C-04, C-06: by the clock, and at once in an instance that has not seen the key. */
  describe('is in force after 60 s, and at once elsewhere:', () => {
    const CHANGES: Readonly<
      Record<string, readonly [change: () => Promise<void>, code: 'invalid_client' | 'client_inactive']>
    > = {
      'a revoked credential': [() => office.admin.revoke(issued.key, BY), 'invalid_client'],
      'a suspended org': [() => office.orgService.suspend(office.orgId, BY), 'client_inactive'],
      'a revoked org': [() => office.orgService.revoke(office.orgId, BY), 'client_inactive'],
    };
    for (const [what, [change, code]] of Object.entries(CHANGES))
      it(what, async () => {
        await authenticate();
        office.clock.advance(1_000);
        await change();
        await expectCode(office.instance().authenticate(issued.key, issued.secret), code);
        office.clock.advance(CACHE_MS - 1_001);
        await authenticate();
        office.clock.advance(1);
        await expectCode(authenticate(), code);
      });

    it('a resumed org', async () => {
      await office.orgService.suspend(office.orgId, BY);
      await expectCode(authenticate(), 'client_inactive');
      await office.orgService.resume(office.orgId, BY);
      office.clock.advance(CACHE_MS);
      await authenticate();
    });
  });

  it('counts the minute from before the read, however slow it was', async () => {
    const find = office.credentials.find.bind(office.credentials);
    office.credentials.find = async (key) => {
      const found = await find(key);
      office.clock.advance(2_000);
      return found;
    };
    await authenticate();
    await office.admin.revoke(issued.key, BY);
    office.clock.advance(CACHE_MS - 2_000);
    await expectCode(authenticate(), 'invalid_client');
  });

  it('ends a credential at its expiry to the millisecond, though it is remembered', async () => {
    await office.change(issued.key, { expiresAt: new Date(office.clock.now() + 30_000) });
    await authenticate();
    office.clock.advance(29_999);
    await authenticate();
    office.clock.advance(1);
    await expectCode(authenticate(), 'invalid_client');
    await expectCode(office.instance().authenticate(issued.key, issued.secret), 'invalid_client');
  });

  it('refuses a credential whose org is gone', async () => {
    const orphan = await office.issueFor(orgId.generate());
    await expectCode(authenticate(orphan), 'invalid_client');
  });

  it('lets two credentials of an org live, for rotation, and end by themselves', async () => {
    const next = await office.admin.issue(office.orgId, BY);
    await authenticate(issued);
    await authenticate(next);
    await office.admin.revoke(issued.key, BY);
    office.clock.advance(CACHE_MS);
    await expectCode(authenticate(issued), 'invalid_client');
    await authenticate(next);
  });
});
