import { expect } from 'chai';
import { generateKeyId } from '../../src/credentials/credential-id.js';
import type { CredentialRecord } from '../../src/credentials/credential-record.js';
import type { CredentialStore } from '../../src/credentials/credential-store.js';
import { orgId } from '../../src/orgs/org-id.js';
import { describeContract } from '../support/describe-contract.js';
import { expectCode } from '../support/unit-fixtures.js';

const AT = new Date('2026-01-01T12:00:00.123Z');

function newCredential(change: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    keyId: generateKeyId('live'),
    orgId: orgId.generate(),
    secretHash: '$2b$04$hash',
    secretTag: 'dGFn',
    prefix: 'gh_secret_live_abcd',
    status: 'active',
    scopes: ['auth', 'users:read'],
    createdAt: AT,
    expiresAt: null,
    ...change,
  };
}

describeContract('CredentialStore', (ports) => {
  let store: CredentialStore;
  before(() => {
    store = ports().credentials;
  });

  it('finds none that was not created', async () => {
    expect(await store.find(generateKeyId('live'))).to.equal(null);
  });

  it('gives a credential back as it was created', async () => {
    for (const credential of [
      newCredential(),
      newCredential({ expiresAt: AT, status: 'revoked', scopes: [], secretTag: null }),
    ]) {
      await store.create(credential);
      expect(await store.find(credential.keyId)).to.deep.equal(credential);
    }
  });

  it('changes the status alone, and of one credential', async () => {
    const [one, other] = [newCredential(), newCredential()];
    for (const credential of [one, other]) await store.create(credential);
    await store.setStatus(one.keyId, 'revoked');
    expect(await store.find(one.keyId)).to.deep.equal({ ...one, status: 'revoked' });
    expect(await store.find(other.keyId)).to.deep.equal(other);
  });

  it('makes no credential by changing one that is not there', async () => {
    const keyId = generateKeyId('live');
    await expectCode(store.setStatus(keyId, 'active'), 'not_found');
    expect(await store.find(keyId)).to.equal(null);
  });
});
