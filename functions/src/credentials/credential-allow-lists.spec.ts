import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { EDITED_BY } from '../../test/support/org-desk.js';
import { BY } from '../../test/support/records.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { IssuedCredential } from './credential-issuer.js';
import { CREDENTIAL_CACHE_MS } from './credential-policy.js';

describe('CredentialService, allow-lists', () => {
  let office: CredentialOffice;
  beforeEach(() => {
    office = new CredentialOffice();
  });

  const NETWORKS = ['203.0.113.7', '198.51.100.0/24', '2001:db8::1', '2001:db8:1::/48'];
  const ALLOWED = ['203.0.113.7', '198.51.100.0', '198.51.100.255', '2001:db8::1', '2001:db8:1:2:3:4:5:6'];
  const OTHERS = ['203.0.113.8', '198.51.101.0', '2001:db8::2', '2001:db8:2::', '::1', '127.0.0.1', null];

  const from = (issued: IssuedCredential, address: string | null) =>
    office.service.authenticate(issued.key, issued.secret, address);

  it('lets in from what they name, addresses and networks, and from nowhere else', async () => {
    const issued = await office.issue({}, { allowedAddresses: NETWORKS });
    for (const address of ALLOWED) await from(issued, address);
    for (const address of OTHERS) await expectCode(from(issued, address), 'origin_not_allowed');
    for (const address of ALLOWED) await from(issued, address);
  });

  it('let in from anywhere where there is none, known or not', async () => {
    const issued = await office.issue();
    for (const address of [...ALLOWED, ...OTHERS]) await from(issued, address);
  });

  it('keep one network from the other kind of address', async () => {
    const issued = await office.issue({}, { allowedAddresses: ['0.0.0.0/0'] });
    await from(issued, '203.0.113.8');
    await expectCode(from(issued, '2001:db8::1'), 'origin_not_allowed');
  });

  /** A wrong secret from a wrong place is a wrong secret: the list tells nobody that the key is there. */
  it('are asked only for who has proved the secret, and whose org is served', async () => {
    const issued = await office.issue({}, { allowedAddresses: NETWORKS });
    const other = await office.issueFor(office.orgId);
    await expectCode(office.service.authenticate(issued.key, other.secret, '127.0.0.1'), 'invalid_client');
    await office.orgService.suspend(office.orgId, BY);
    await expectCode(office.instance().authenticate(issued.key, issued.secret, '127.0.0.1'), 'client_inactive');
  });

  it('note no use of who was turned away', async () => {
    const issued = await office.issue({}, { allowedAddresses: NETWORKS });
    await expectCode(from(issued, '127.0.0.1'), 'origin_not_allowed');
    expect(office.credentials.notes).to.deep.equal([]);
  });

  it('are in force after 60 s, as they were edited', async () => {
    const issued = await office.issue();
    await from(issued, '127.0.0.1');
    office.credentials.edit(issued.key, { allowedAddresses: ['203.0.113.7'] });
    await office.admin.settle(issued.key, EDITED_BY);
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await expectCode(from(issued, '127.0.0.1'), 'origin_not_allowed');
    await from(issued, '203.0.113.7');
  });
});

describe('CredentialService, environments', () => {
  it('refuses a test credential of a live org, and a live one of a test org, as if there were none', async () => {
    for (const [org, own, other] of [
      ['live', 'live', 'test'],
      ['test', 'test', 'live'],
    ] as const) {
      const office = new CredentialOffice();
      await office.issue({ environment: org });
      const { key, secret } = await office.issueFor(office.orgId, {}, { environment: own });
      await office.service.authenticate(key, secret);
      const wrong = await office.issueFor(office.orgId, {}, { environment: other });
      const { message } = await expectCode(office.service.authenticate(wrong.key, wrong.secret), 'invalid_client');
      const unknown = await expectCode(office.service.authenticate(wrong.key, secret), 'invalid_client');
      expect(message).to.equal(unknown.message);
    }
  });
});
