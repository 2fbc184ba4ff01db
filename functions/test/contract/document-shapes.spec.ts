import { expect } from 'chai';
import { appId } from '../../src/apps/app-id.js';
import { type OrgId, orgId } from '../../src/orgs/org-id.js';
import type { TestOrg } from '../support/api-client.js';
import { describeApp } from '../support/describe-app.js';
import { eachShape, inForce, SHAPES, settlesOnce } from '../support/document-shapes.js';
import { FirestoreProbe } from '../support/firestore-probe.js';
import { BY, newOrg, storeOrg } from '../support/records.js';

const ORG_FIELDS = [
  ...['name', 'status', 'environment', 'settings', 'settings.codeLength', 'settings.trustedIssuer', 'inForce'],
  ...inForce('name', 'status', 'environment', 'settings', 'settings.limits', 'settings.smsCountries', 'any'),
  ...['problems', 'tenantId', 'provisioning', 'provisioningMessage', 'provisioningRetryAt', 'createdAt'],
  'sessionsValidFrom',
];
const TERMS = ['name', 'status', 'scopes', 'expiresAt', 'allowedAddresses'];
const CREDENTIAL_FIELDS = [
  ...['orgId', 'secretHash', 'secretTag', 'prefix', 'createdAt', 'createdBy', 'lastUsedAt', 'rotatedTo', 'rotate'],
  ...['secretShownUntil', 'problems', 'inForce', ...TERMS, ...inForce('any', ...TERMS)],
];
const APP_FIELDS = ['orgId', 'name', 'status', 'keyHash', 'previousKey', 'origins', 'createdAt'];

/** Admins edit these documents by hand: whatever they make of one, it is refused or put right, and nothing breaks. */
describeApp('Documents of any shape', (app) => {
  let probe: FirestoreProbe;
  let world: TestOrg;
  before(async () => {
    probe = new FirestoreProbe();
    world = await app().provision();
  });
  after(() => probe.close());

  async function introspected(credential: TestOrg['credential']): Promise<number> {
    const org = { ...world, credential };
    const { status, text } = await app().api.post(org, '/partner/auth/introspect', { token: 'none' });
    expect(status, text).to.be.oneOf([200, 401, 403]);
    return status;
  }

  async function newOne(): Promise<OrgId> {
    const org = newOrg({ tenantId: world.org.tenantId });
    await storeOrg(app().ports.orgs, org);
    return org.orgId;
  }

  describe('an org', () => {
    for (const field of ORG_FIELDS)
      it(`whose ${field} is spoilt`, () =>
        eachShape(field, async (spoilt) => {
          const { orgs } = app().ports;
          const id = await newOne();
          const credential = await app().services.credentialAdmin.issue(id, BY);
          await probe.write(`orgs/${id}`, spoilt);
          await orgs.find(id);
          await introspected(credential);
          await settlesOnce(
            () => app().services.orgs.settle(id, BY),
            () => orgs.read(id),
          );
        }));

    it('whose key of a trusted issuer has a member that can not be read', async () => {
      const id = await newOne();
      const key = { kty: 'EC', crv: 'P-256', kid: 'k', x: 'x', y: 'y', any: SHAPES['reference'] };
      await probe.write(`orgs/${id}`, { settings: { trustedIssuer: { iss: 'i', aud: 'a', jwks: { keys: [key] } } } });
      await settlesOnce(
        () => app().services.orgs.settle(id, BY),
        () => app().ports.orgs.read(id),
      );
    });

    it('keeps no other from a list', async () => {
      const id = await newOne();
      const found = await app().ports.orgs.list(1_000);
      expect(found.map((one) => one.orgId)).to.include(id);
    });

    it('has no session alive whose end of sessions is no time', async () => {
      const id = await newOne();
      await probe.write(`orgs/${id}`, { sessionsValidFrom: 'always' });
      expect((await app().ports.orgs.find(id))?.sessionsValidFrom.getTime()).to.be.greaterThan(Date.now());
    });

    it('is none whose tenant can be none', async () => {
      const id = await newOne();
      for (const tenantId of ['a/b', 'a?b', '../accounts', '', 'x'.repeat(101)]) {
        await probe.write(`orgs/${id}`, { tenantId });
        expect(await app().ports.orgs.find(id), tenantId).to.equal(null);
      }
    });

    it('lets nobody in whose tenant is another word', async () => {
      const { org, credential } = await app().provision();
      const user = await app().scenario.register({ org, credential });
      for (const tenantId of ['no-such-tenant', 'a/b', '']) {
        await probe.write(`orgs/${org.orgId}`, { tenantId });
        const body = { email: user.email, password: user.password };
        // Past what is remembered of the org.
        app().clock.advance(61_000);
        const { status, text } = await app().api.post({ org, credential }, '/partner/auth/login', body);
        expect(status, `${tenantId}: ${text}`).to.equal(401);
      }
    });
  });

  describe('a credential', () => {
    for (const field of CREDENTIAL_FIELDS)
      it(`whose ${field} is spoilt`, () =>
        eachShape(field, async (spoilt) => {
          const { credentials } = app().ports;
          const credential = await app().services.credentialAdmin.issue(world.org.orgId, BY);
          await probe.write(`credentials/${credential.key}`, spoilt);
          await credentials.find(credential.key);
          await introspected(credential);
          await settlesOnce(
            () => app().services.credentialAdmin.settle(credential.key, BY),
            () => credentials.read(credential.key),
          );
        }));

    it('is refused where its allow-list, its end or its scopes can not be read', async () => {
      const shapes = ['missing', 'reference', 'point', 'bytes'];
      const cases = inForce('allowedAddresses', 'expiresAt', 'scopes').flatMap((field) =>
        shapes.map((shape) => ({ field, shape })),
      );
      await Promise.all(
        cases.map(async ({ field, shape }) => {
          const credential = await app().services.credentialAdmin.issue(world.org.orgId, BY);
          await probe.write(`credentials/${credential.key}`, { [field]: SHAPES[shape] });
          expect(await introspected(credential), `${field} ${shape}`).to.equal(401);
        }),
      );
    });
  });

  describe('an app', () => {
    for (const field of APP_FIELDS)
      it(`whose ${field} is spoilt`, () =>
        eachShape(field, async (spoilt) => {
          const { apps } = app().services;
          const id = orgId.generate();
          const [bad, good] = [appId.generate(), appId.generate()];
          const fields = {
            orgId: id,
            name: 'App',
            status: 'active',
            keyHash: 'hash',
            origins: [],
            createdAt: new Date(),
          };
          for (const one of [bad, good]) await probe.write(`apps/${one}`, fields);
          await probe.write(`apps/${bad}`, spoilt);
          expect((await apps.list(id)).map((one) => one.appId)).to.include(good);
          const found = await app().ports.apps.find(bad);
          if (found !== null) await apps.revoke(bad, BY);
        }));
  });
});
