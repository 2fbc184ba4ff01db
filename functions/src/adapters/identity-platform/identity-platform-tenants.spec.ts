import { expect } from 'chai';
import { adminCall, OUTAGE_REASONS, PROJECT, ToolkitStub } from '../../../test/support/toolkit-stub.js';
import { expectCode } from '../../../test/support/unit-fixtures.js';
import { IdentityPlatformTenants } from './identity-platform-tenants.js';

describe('IdentityPlatformTenants', () => {
  let google: ToolkitStub;
  let tenants: IdentityPlatformTenants;
  beforeEach(async () => {
    google = new ToolkitStub();
    await google.start();
    tenants = new IdentityPlatformTenants(google.client());
  });
  afterEach(() => google.stop());

  /** T-06: Identity Platform's own API lets nobody sign up or delete a user. E-05: nor find out who exists. */
  it('makes a tenant with passwords on, and with client sign-up, client deletion and enumeration off', async () => {
    google.answers({ name: `projects/${PROJECT}/tenants/org-acme-x1y2z` });
    expect(await tenants.create('Acme')).to.equal('org-acme-x1y2z');
    const tenant = {
      displayName: 'org-Acme',
      allowPasswordSignup: true,
      enableEmailLinkSignin: false,
      client: { permissions: { disabledUserSignup: true, disabledUserDeletion: true } },
      emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
    };
    expect(google.asked()).to.deep.equal(adminCall('tenants', tenant, 'v2'));
  });

  const NAMES = [
    '',
    ' ',
    'A',
    'Acme & Söhne GmbH and Company',
    '漢字',
    '🦄',
    '---',
    '1',
    'a'.repeat(300),
    'A\r\nB',
    '../x',
    'org_x',
  ];
  for (const name of NAMES)
    it(`names ${JSON.stringify(name).slice(0, 40)} as Google allows it: 4 to 20 letters, digits and hyphens`, async () => {
      google.answers({ name: 'projects/p/tenants/t-1' });
      await tenants.create(name);
      const { displayName } = google.asked().body as { displayName: string };
      expect(displayName).to.match(/^[A-Za-z][A-Za-z0-9-]{3,19}$/);
    });

  it('is unavailable when there is no tenant afterwards', async () => {
    for (const reason of OUTAGE_REASONS) {
      google.refuses(reason);
      await expectCode(tenants.create('Acme'), 'unavailable');
    }
    for (const answer of ['hang', 'drop', { status: 200, text: '<html>' }] as const) {
      google.answer = answer;
      await expectCode(tenants.create('Acme'), 'unavailable');
    }
  });

  it('is unavailable on an answer that names no tenant: an org would live nowhere', async () => {
    for (const answer of [{}, { name: '' }, { name: null }, { name: 'projects/p/tenants/' }]) {
      google.answers(answer);
      await expectCode(tenants.create('Acme'), 'unavailable');
    }
  });
});
