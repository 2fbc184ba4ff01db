import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { BY } from '../../test/support/records.js';
import { expectCode, testKey } from '../../test/support/unit-fixtures.js';
import { generateKeyId, generateSecret } from './credential-id.js';
import type { IssuedCredential } from './credential-issuer.js';
import { CREDENTIAL_CACHE_MS, CREDENTIAL_CACHE_SIZE, REFUSAL_AFTER_READ_MS } from './credential-policy.js';
import { CredentialService } from './credential-service.js';

const FLOOD = 500;

/** C-03: what wrong secrets cost, and what they take from the partner whose key they are tried with. */
describe('CredentialService under a flood of wrong secrets', () => {
  let office: CredentialOffice;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new CredentialOffice();
    issued = await office.issue();
  });

  const authenticate = (service = office.service) => service.authenticate(issued.key, issued.secret);
  const refuse = (key = issued.key, service = office.service) =>
    expectCode(service.authenticate(key, generateSecret('live')), 'invalid_client');
  const times = <T>(count: number, work: () => T): T[] => Array.from({ length: count }, work);

  it('runs no bcrypt and reads once a minute, together or one after another', async () => {
    for (let minute = 1; minute <= 3; minute += 1) {
      await Promise.all(times(FLOOD, () => refuse()));
      for (let count = 0; count < FLOOD; count += 1) {
        await refuse();
        office.clock.advance(CREDENTIAL_CACHE_MS / FLOOD);
      }
      expect(office.cost()).to.deep.equal({ reads: minute, bcrypt: 0 });
    }
  });

  it('reads an unknown key id once a minute as well', async () => {
    const key = generateKeyId('live');
    await Promise.all(times(FLOOD, () => refuse(key)));
    office.clock.advance(CREDENTIAL_CACHE_MS - 1);
    await refuse(key);
    expect(office.cost()).to.deep.equal({ reads: 1, bcrypt: 0 });
    office.clock.advance(1);
    await refuse(key);
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 0 });
  });

  it('lets the partner in meanwhile, in an instance that does not know it, for one bcrypt', async () => {
    const cold = office.instance();
    const flood = times(FLOOD, () => refuse(issued.key, cold));
    const { org } = await authenticate(cold);
    await Promise.all([...flood, ...times(FLOOD, () => refuse(issued.key, cold))]);
    expect(org.orgId).to.equal(office.orgId);
    // One read of the credential for all, one of the org for the partner.
    expect(office.cost()).to.deep.equal({ reads: 2, bcrypt: 1 });
  });

  /** C-05: otherwise a quick refusal would tell that the key is in use. */
  it('costs the same whether or not the partner is using the key', async () => {
    await authenticate();
    const before = office.cost();
    await refuse();
    await refuse();
    expect(office.cost()).to.deep.equal({ ...before, reads: before.reads + 1 });
  });

  /** C-05: Firestore answers about a document sooner than about none. */
  it('is refused a fixed time after a read began, found or not, and at once when nothing was read', async () => {
    let end = () => {};
    const time = new Promise<void>((resolve) => {
      end = resolve;
    });
    const asked: number[] = [];
    const pause = (milliseconds: number) => {
      asked.push(milliseconds);
      return time;
    };
    const service = new CredentialService({ ...office, pause });
    const unknown = generateKeyId('live');
    const early: string[] = [];
    const first = [issued.key, unknown].map((key) => refuse(key, service).then(() => early.push(key)));
    while (asked.length < 2) await nextTurn();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(early).to.deep.equal([]);
    expect(asked).to.deep.equal([REFUSAL_AFTER_READ_MS, REFUSAL_AFTER_READ_MS]);
    await Promise.all([refuse(issued.key, service), refuse(unknown, service), authenticate(service)]);
    expect(early).to.deep.equal([]);
    end();
    await Promise.all(first);
  });

  it('never keeps the partner waiting, though the documents are read for it', async () => {
    await authenticate(new CredentialService({ ...office, pause: () => new Promise(() => {}) }));
  });

  it('never makes a partner be forgotten, however many key ids it tries', async () => {
    await authenticate();
    await refuse();
    for (let count = 0; count <= CREDENTIAL_CACHE_SIZE; count += 1) await refuse(generateKeyId('live'));
    const before = office.cost();
    await authenticate();
    expect(office.cost()).to.deep.equal(before);
    await refuse();
    expect(office.cost(), 'what is remembered of refusals has an end').to.include({ reads: before.reads + 1 });
  });

  it('does not make a revoked credential live longer than 60 s: what it had read is as old as it is', async () => {
    await refuse();
    await office.admin.revoke(issued.key, BY);
    office.clock.advance(CREDENTIAL_CACHE_MS - 1);
    await authenticate();
    office.clock.advance(1);
    await expectCode(authenticate(), 'invalid_client');
  });

  it('runs no bcrypt for the right secret of a revoked credential', async () => {
    await office.admin.revoke(issued.key, BY);
    for (let count = 0; count < FLOOD; count += 1) await expectCode(authenticate(), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 1, bcrypt: 0 });
  });

  it('refuses, whatever bcrypt says, a secret with another tag', async () => {
    const otherIndexKey = new CredentialService({ ...office, indexKey: testKey('another index key') });
    await expectCode(authenticate(otherIndexKey), 'invalid_client');
    expect(office.cost()).to.deep.equal({ reads: 1, bcrypt: 0 });
  });

  it('refuses, whatever the tag says, a secret with another hash', async () => {
    await office.change(issued.key, { secretHash: await office.hasher.hash('another') });
    await expectCode(authenticate(), 'invalid_client');
  });

  /** C-02, and that what bcrypt once said is not taken for what it would say. */
  it('compares again once the hash has changed, and not before', async () => {
    await authenticate();
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await authenticate();
    expect(office.cost()).to.deep.equal({ reads: 4, bcrypt: 1 });
    await office.change(issued.key, { secretHash: await office.hasher.hash('another') });
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await expectCode(authenticate(), 'invalid_client');
    expect(office.hasher.comparisons).to.equal(2);
  });
});
