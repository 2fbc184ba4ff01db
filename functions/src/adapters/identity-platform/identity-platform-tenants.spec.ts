import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { adminCall, BRIEF, OUTAGE_REASONS, PROJECT, stubbedToolkit } from '../../../test/support/toolkit-stub.js';
import { expectCode, rejection } from '../../../test/support/unit-fixtures.js';
import { TenantSetupError } from '../../identity/tenant-directory.js';
import { orgId } from '../../orgs/org-id.js';
import { IdentityPlatformTenants } from './identity-platform-tenants.js';

const ORG = orgId.of('AAAAAAAAAAAAAAAAAAAAAA');
const MARK = createHash('sha256').update(ORG).digest('hex').slice(0, 10);

/** What an admin has to be told, each by a word of it. */
const SETUP: Readonly<Record<string, RegExp>> = {
  OPERATION_NOT_ALLOWED: /multi-tenancy/,
  UNSUPPORTED_TENANT_OPERATION: /multi-tenancy/,
  CONFIGURATION_NOT_FOUND: /Enable Identity Platform/,
  PERMISSION_DENIED: /Identity Platform Admin/,
  INSUFFICIENT_PERMISSION: /Identity Platform Admin/,
};
const OUTAGES = OUTAGE_REASONS.filter((reason) => !Object.hasOwn(SETUP, reason));
const NO_ANSWERS = ['drop', { status: 200, text: '<html>' }] as const;

type Call = (by: IdentityPlatformTenants) => Promise<unknown>;

describe('IdentityPlatformTenants', () => {
  const google = stubbedToolkit();
  let tenants: IdentityPlatformTenants;
  beforeEach(() => {
    tenants = new IdentityPlatformTenants(google.client());
  });

  async function expectUnavailable(call: Call, reasons: readonly string[]): Promise<void> {
    for (const reason of reasons) {
      google.refuses(reason);
      await expectCode(call(tenants), 'unavailable');
    }
    for (const answer of NO_ANSWERS) {
      google.answer = answer;
      await expectCode(call(tenants), 'unavailable');
    }
    google.answer = 'hang';
    await expectCode(call(new IdentityPlatformTenants(google.client(BRIEF))), 'unavailable');
  }

  describe('create', () => {
    /** T-06: Identity Platform's own API lets nobody sign up or delete a user. E-05: nor find out who exists. */
    it('makes a tenant with passwords on, and with client sign-up, client deletion and enumeration off', async () => {
      google.answers({ name: `projects/${PROJECT}/tenants/acme-x1y2z` });
      expect(await tenants.create(ORG, 'Acme')).to.equal('acme-x1y2z');
      const tenant = {
        displayName: `Acme-${MARK}`,
        allowPasswordSignup: true,
        enableEmailLinkSignin: false,
        client: { permissions: { disabledUserSignup: true, disabledUserDeletion: true } },
        emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
      };
      expect(google.asked()).to.deep.equal(adminCall('tenants', tenant, 'v2'));
    });

    const NAMES: Readonly<Record<string, string>> = {
      '': 'org',
      ' ': 'org',
      A: 'A',
      'Acme & Söhne GmbH and Company': 'AcmeSohne',
      漢字: 'org',
      '🦄': 'org',
      '---': 'org',
      '1': 'org',
      '24 Hours': 'Hours',
      ['a'.repeat(300)]: 'aaaaaaaaa',
      'A\r\nB': 'AB',
      '../x': 'x',
      org_x: 'orgx',
      constructor: 'construct',
    };
    for (const [name, slug] of Object.entries(NAMES))
      it(`names ${JSON.stringify(name).slice(0, 40)} as Google allows it, with the org's mark at the end`, async () => {
        google.answers({ name: 'projects/p/tenants/t-1' });
        await tenants.create(ORG, name);
        const { displayName } = google.asked().body as { displayName: string };
        expect(displayName).to.match(/^[A-Za-z][A-Za-z0-9-]{3,19}$/);
        expect(displayName).to.equal(`${slug}-${MARK}`);
      });

    it('gives each org a mark of its own, whatever their names', async () => {
      google.answers({ name: 'projects/p/tenants/t-1' });
      const names = new Set<string>();
      for (let count = 0; count < 20; count += 1) {
        await tenants.create(orgId.generate(), 'Acme');
        names.add((google.asked().body as { displayName: string }).displayName);
      }
      expect(names.size).to.equal(20);
    });

    it('is unavailable when there is no tenant afterwards', () =>
      expectUnavailable((by) => by.create(ORG, 'Acme'), OUTAGES));

    it('is unavailable on an answer that names no tenant: an org would live nowhere', async () => {
      for (const answer of [{}, { name: '' }, { name: null }, { name: 'projects/p/tenants/' }, { name: 't-1' }]) {
        google.answers(answer);
        await expectCode(tenants.create(ORG, 'Acme'), 'unavailable');
      }
    });
  });

  describe('findOf', () => {
    const tenant = (id: string, displayName?: string) => ({
      name: `projects/${PROJECT}/tenants/${id}`,
      ...(displayName === undefined ? {} : { displayName }),
    });

    it('asks for a page of tenants, without a body', async () => {
      google.answers({});
      expect(await tenants.findOf(ORG)).to.equal(null);
      expect(google.requests[0]?.url.search).to.equal('?pageSize=1000');
      expect(google.asked()).to.deep.equal({ ...adminCall('tenants', '', 'v2'), method: 'GET' });
    });

    it('finds the one with the mark of the org, whatever it is called', async () => {
      for (const displayName of [`Acme-${MARK}`, `org-${MARK}`]) {
        google.answers({
          tenants: [tenant('a'), tenant('b', 'Acme'), tenant('c', displayName), tenant('d', 'Globex')],
        });
        expect(await tenants.findOf(ORG)).to.equal('c');
      }
    });

    it('takes no other for it', async () => {
      const others = [`Acme-${MARK}x`, `${MARK}-Acme`, `Acme${MARK}`, `Acme-${MARK.slice(1)}`, '', MARK];
      google.answers({ tenants: others.map((displayName, index) => tenant(`t-${index}`, displayName)) });
      expect(await tenants.findOf(ORG)).to.equal(null);
      expect(await tenants.findOf(orgId.generate())).to.equal(null);
    });

    it('looks through all pages, and no further than it must', async () => {
      const pages = [[tenant('a', 'A')], [], [tenant('b', `Acme-${MARK}`)], [tenant('c', `Acme-${MARK}`)]];
      google.answer = ({ url }) => {
        const index = Number((url.searchParams.get('pageToken') ?? 'page&0').slice('page&'.length));
        const next = index + 1 < pages.length ? { nextPageToken: `page&${index + 1}` } : {};
        return { status: 200, json: { tenants: pages[index], ...next } };
      };
      expect(await tenants.findOf(ORG)).to.equal('b');
      expect(google.requests.map(({ url }) => url.searchParams.get('pageToken'))).to.deep.equal([
        null,
        'page&1',
        'page&2',
      ]);
      expect(await tenants.findOf(orgId.generate())).to.equal(null);
      expect(google.requests).to.have.length(3 + pages.length);
    });

    /** "None" would have another tenant made. */
    it('is unavailable, not null, when it could not look', () => expectUnavailable((by) => by.findOf(ORG), OUTAGES));
  });

  describe('what is not set up', () => {
    for (const [reason, advice] of Object.entries(SETUP))
      it(`is told to the admin: ${reason}`, async () => {
        for (const message of [reason, `${reason} : for people`]) {
          google.refuses(message, 403);
          for (const call of [() => tenants.create(ORG, 'Acme'), () => tenants.findOf(ORG)]) {
            const error = await rejection(call());
            expect(error).to.be.instanceOf(TenantSetupError);
            expect((error as Error).message).to.match(advice);
          }
        }
      });
  });

  describe('delete', () => {
    it('deletes the tenant, without a body', async () => {
      google.answers({});
      await tenants.delete('acme-x1y2z');
      expect(google.asked()).to.deep.equal({ ...adminCall('tenants/acme-x1y2z', '', 'v2'), method: 'DELETE' });
    });

    it('is no error for one that is gone', async () => {
      google.refuses('TENANT_NOT_FOUND', 404);
      await tenants.delete('acme-x1y2z');
    });

    it('is unavailable when it may still be there', () =>
      expectUnavailable(
        (by) => by.delete('acme-x1y2z'),
        OUTAGE_REASONS.filter((reason) => reason !== 'TENANT_NOT_FOUND'),
      ));
  });
});
