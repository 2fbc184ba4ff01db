import { expect } from 'chai';
import { generateSecret } from '../src/credentials/credential-id.js';
import { CREDENTIAL_CACHE_MS, SECRET_SHOWN_MS } from '../src/credentials/credential-policy.js';
import type { DeletionProgress } from '../src/orgs/org-deletion.js';
import { BEING_DELETED } from '../src/orgs/org-policy.js';
import { expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { testStack } from './support/global-stack.js';
import { BY, newCredential } from './support/records.js';
import { newRegistration, type TestUser } from './support/scenario.js';

const LOGIN = '/partner/auth/login';

interface FullOrg {
  readonly org: TestOrg;
  readonly users: readonly TestUser[];
  readonly sessions: readonly string[];
  /** What a document about it can name: the org, its tenant, its users. */
  readonly names: readonly string[];
}

describeApp('The deletion of an org', (app) => {
  let probe: FirestoreProbe;
  before(async () => {
    probe = new FirestoreProbe();
    await probe.empty();
  });
  after(() => probe.close());

  /** Users who are logged in, one of them with codes that wait; what became of all codes; credentials, one shown; apps. */
  async function fill(userCount: number): Promise<FullOrg> {
    const { scenario, services, ports, clock } = app();
    const org = await app().provision();
    const { orgId, tenantId } = org.org;
    const [users, sessions]: [TestUser[], string[]] = [[], []];
    for (let n = 0; n < userCount; n += 1) {
      const user = await scenario.register(org);
      users.push(user);
      sessions.push(await scenario.logIn(org, user));
      if (n > 0) continue;
      await scenario.sendLoginCode(org, user, 'phone_number');
      await scenario.sendResetCode(org, user);
    }
    await services.credentialAdmin.issue(orgId, BY, { name: 'Second' });
    const until = new Date(clock.now() + SECRET_SHOWN_MS);
    const credential = newCredential({ orgId, secretShownUntil: until });
    await ports.credentials.create({ credential, shown: { secret: generateSecret('live'), until } });
    const { appId } = await services.apps.create(orgId, 'One', ['https://one.example.com'], BY);
    await services.apps.rotate(appId, BY);
    await services.apps.create(orgId, 'Two', [], BY);
    await services.background.idle();
    return { org, users, sessions, names: [orgId, tenantId, ...users.map(({ userId }) => userId)] };
  }

  /** Every document that names it, but its audit log. */
  async function documentsOf({ org, names }: FullOrg): Promise<string[]> {
    const log = `orgs/${org.org.orgId}/audit/`;
    const all = (await probe.dump()).filter(({ path }) => !path.startsWith(log));
    const texts = all.map(({ path, json }) => `${path} ${json}`);
    return texts.filter((text) => names.some((name) => text.includes(name))).sort();
  }

  async function actionsOf({ org }: FullOrg): Promise<string[]> {
    return (await app().ports.audit.latest(100, org.org.orgId)).map(({ action }) => action);
  }

  it('leaves its audit log and everything of other orgs, and nothing else, also when it was stopped', async () => {
    const { scenario, services, api, clock } = app();
    const [doomed, other] = [await fill(5), await fill(1)];
    const { orgId, tenantId } = doomed.org.org;
    const collections = new Set(
      (await documentsOf(doomed)).map((text) => text.replace(/^orgs\/[^/]+\/(\w+)\//, '$1/').split('/')[0]),
    );
    expect(collections).to.include.keys('orgs', 'users', 'revealedSecrets', 'credentials', 'apps');
    expect(collections).to.include.keys('sessions', 'challenges', 'reservations', 'deliveries');
    const before = await documentsOf(other);
    const log = await actionsOf(doomed);

    const stop = ({ step }: DeletionProgress) => {
      if (step === 'users') throw new Error('stopped');
    };
    const stopped = await services.deletion.run(orgId, BY, stop).catch((error: Error) => error.message);
    expect(stopped).to.equal('stopped');
    const half = await services.orgs.get(orgId);
    expect(half).to.deep.include({ provisioning: 'done', provisioningMessage: BEING_DELETED });
    expect([half.written.status, half.inForce?.status]).to.deep.equal(['revoked', 'revoked']);
    clock.advance(CREDENTIAL_CACHE_MS);
    const attempt = { email: doomed.users[0]?.email, password: 'x' };
    expectError(await api.post(doomed.org, LOGIN, attempt), 403, 'client_inactive');

    const progress: DeletionProgress[] = [];
    await services.deletion.run(orgId, BY, (one) => progress.push(one));
    expect(progress).to.deep.equal([
      { step: 'tenant', done: 1 },
      { step: 'credentials', done: 3 },
      { step: 'apps', done: 2 },
      { step: 'deliveries', done: 7 },
      { step: 'org', done: 1 },
    ]);
    expect(await documentsOf(doomed)).to.deep.equal([]);
    expect(await tenants()).not.to.include(tenantId);
    expect((await actionsOf(doomed)).sort()).to.deep.equal([...log, 'org.deletion_begun', 'org.deleted'].sort());

    expect(await documentsOf(other)).to.deep.equal(before);
    expect(await tenants()).to.include(other.org.org.tenantId);
    clock.advance(CREDENTIAL_CACHE_MS);
    expectError(await api.post(doomed.org, LOGIN, attempt), 401, 'invalid_client');
    expect(await scenario.isLive(other.org, other.sessions[0] ?? '')).to.equal(true);
    await services.deletion.run(orgId, BY, () => {});
  });

  it('deletes the tenant, looks for others of the org, and makes no call for a user', async () => {
    const { org } = await fill(3);
    const { backends, services } = app();
    const { recording } = await backends.record(() => services.deletion.run(org.org.orgId, BY, () => {}));
    const calls = recording.calls.filter((call) => call.startsWith('identity-platform'));
    expect(calls).to.deep.equal(['identity-platform.tenant', 'identity-platform.tenants']);
  });

  it('of an org that was never provisioned removes the tenant that somebody has left', async () => {
    const { ports, services } = app();
    const { org } = await app().provision();
    await ports.orgs.remove(await services.orgs.get(org.orgId), []);
    const written = { name: org.name, status: 'active', environment: 'live', settings: {} } as const;
    await ports.orgs.create(org.orgId, { written }, []);
    await services.deletion.run(org.orgId, BY, () => {});
    expect(await tenants()).not.to.include(org.tenantId);
    expect(await ports.orgs.read(org.orgId)).to.equal(null);
  });

  it('ends a registration that is between its identity and its profile', async () => {
    const { ports, services, api } = app();
    const full = await fill(0);
    const { orgId } = full.org.org;
    const create = ports.users.create.bind(ports.users);
    ports.users.create = async (...of) => {
      ports.users.create = create;
      await services.deletion.run(orgId, BY, () => {});
      return create(...of);
    };
    expectStatus(await api.post(full.org, '/partner/auth/register', newRegistration()), 409);
    expect(await documentsOf(full)).to.deep.equal([]);
  });
});

async function tenants(): Promise<string[]> {
  const { authEmulator: host, projectId } = testStack();
  const url = `http://${host}/identitytoolkit.googleapis.com/v2/projects/${projectId}/tenants?pageSize=1000`;
  const response = await fetch(url, { headers: { authorization: 'Bearer owner' } });
  const { tenants: all = [] } = (await response.json()) as { tenants?: { tenantId: string }[] };
  return all.map(({ tenantId }) => tenantId);
}
