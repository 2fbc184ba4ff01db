import { randomUUID } from 'node:crypto';
import type { DocumentData } from '@google-cloud/firestore';
import { expect } from 'chai';
import { type ApiResponse, expectError, expectStatus, type TestOrg } from './support/api-client.js';
import { eventually, turnTriggers } from './support/background-triggers.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { testStack } from './support/global-stack.js';
import { newRegistration } from './support/scenario.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Documents are edited as an admin does it in the Firebase console, and the triggers are the built ones in the emulator. */
describeApp('The console', (app) => {
  let probe: FirestoreProbe;
  before(async () => {
    probe = new FirestoreProbe();
    await probe.empty();
    await turnTriggers('on', testStack());
  });
  // The triggers are other processes, with the time as it is.
  beforeEach(() => app().clock.advance(Date.now() - app().clock.now()));
  after(async () => {
    await turnTriggers('off', testStack());
    await probe.close();
  });

  const newId = () => randomUUID().replaceAll('-', '').slice(0, 20);
  const orgOf = (id: string) => probe.read(`orgs/${id}`);
  const actions = async (id: string): Promise<string[]> => {
    const all = (await probe.dump(`/orgs/${id}`)).filter(({ path }) => path.startsWith(`orgs/${id}/audit/`));
    return all.map(({ json }) => JSON.parse(json).action.stringValue).sort();
  };

  /** An org made by adding a document, and the credential that the console showed. */
  async function addOrg(fields: Readonly<Record<string, unknown>> = { name: 'Acme' }) {
    const id = newId();
    await probe.write(`orgs/${id}`, fields);
    const document = await eventually('provisioned', async () => {
      const found = await orgOf(id);
      return found?.['provisioning'] === 'done' && found;
    });
    return { id, document, shown: await shownOf(id) };
  }

  async function shownOf(id: string, but: readonly string[] = []): Promise<DocumentData> {
    const keys = async () =>
      (await probe.dump(`/orgs/${id}`))
        .map(({ path }) => path)
        .filter((path) => path.startsWith(`orgs/${id}/revealedSecrets/`) && !but.some((key) => path.endsWith(key)));
    const [path] = await eventually('a secret is shown', async () => {
      const found = await keys();
      return found.length > 0 && found;
    });
    return (await probe.read(path ?? '')) ?? {};
  }

  const register = ({ key, secret }: DocumentData, body = newRegistration()): Promise<ApiResponse> =>
    app().api.request('/partner/auth/register', {
      body,
      headers: { 'x-partner-key': key, 'x-partner-secret': secret },
    });

  const asTestOrg = async (id: string, { key, secret }: DocumentData): Promise<TestOrg> => {
    const org = await app().ports.orgs.find(id as never);
    if (org === null) throw new Error('no such org');
    return { org, credential: { key, secret } };
  };

  it('makes an org of a document with a name: tenant, defaults, credential', async () => {
    const { id, document, shown } = await addOrg();
    expect(document).to.deep.include({ name: 'Acme', status: 'active', environment: 'live', problems: {} });
    expect(document['settings']).to.deep.include({ codeLength: 6, rotationGraceDays: 7 });
    expect(document['tenantId']).to.be.a('string');
    expect(await actions(id)).to.deep.equal(['credential.issued', 'org.created', 'org.provisioned']);
    expectStatus(await register(shown), 201);
    // Its first use has taken the secret out of the console.
    expect(await probe.read(`orgs/${id}/revealedSecrets/${shown['key']}`)).to.equal(undefined);
    const secret: string = shown['secret'];
    for (const { path, json } of await probe.dump()) expect(json.includes(secret), path).to.equal(false);
  });

  it('says what is wrong with a document, and tries again when it is mended', async () => {
    const id = newId();
    await probe.write(`orgs/${id}`, { name: '', settings: { codeLength: 99, colour: 'red' } });
    const failed = await eventually('failed', async () => {
      const found = await orgOf(id);
      return found?.['provisioning'] === 'failed' && found;
    });
    expect(failed['provisioningMessage']).to.match(/name: .*settings\.codeLength: .*4 to 10.*settings\.colour: /);
    await probe.write(`orgs/${id}`, { name: 'Mended', settings: { codeLength: 8 } });
    const done = await eventually('mended', async () => {
      const found = await orgOf(id);
      return found?.['provisioning'] === 'done' && found;
    });
    expect(done['inForce'].settings.codeLength).to.equal(8);
    expect(done['provisioningMessage']).to.equal(null);
  });

  it('keeps the last good settings in force, and says which are bad', async () => {
    const { id } = await addOrg({ name: 'Settings', settings: { codeLength: 7 } });
    await probe.write(`orgs/${id}`, { settings: { codeLength: 'seven', defaultCountry: 'CH' } });
    const reported = await eventually('reported', async () => {
      const found = await orgOf(id);
      return found?.['problems']['settings.codeLength'] !== undefined && found;
    });
    expect(reported['inForce'].settings).to.deep.include({ codeLength: 7, defaultCountry: 'CH' });
    expect(reported['settings'].codeLength).to.equal('seven');
    await probe.write(`orgs/${id}`, { settings: { codeLength: 5 } });
    await eventually('mended', async () => {
      const found = await orgOf(id);
      return Object.keys(found?.['problems']).length === 0 && found?.['inForce'].settings.codeLength === 5;
    });
    expect((await app().ports.orgs.find(id as never))?.settings).to.deep.include({
      codeLength: 5,
      defaultCountry: 'US',
    });
    expect((await actions(id)).filter((action) => action === 'org.settings_changed')).to.have.length(2);
  });

  it('rotates a credential: both work, the old one until the grace period ends', async () => {
    const { id, shown: old } = await addOrg();
    expectStatus(await register(old), 201);
    await probe.write(`credentials/${old['key']}`, { rotate: true });
    const fresh = await shownOf(id, [old['key']]);
    expect(fresh['key']).not.to.equal(old['key']);
    const document = (await probe.read(`credentials/${old['key']}`)) ?? {};
    expect(document).to.deep.include({ rotate: false, rotatedTo: fresh['key'], status: 'active' });
    expect(document['expiresAt'].toMillis()).to.be.within(Date.now() + 6.9 * DAY, Date.now() + 7 * DAY);
    for (const credential of [old, fresh]) expectStatus(await register(credential), 201);
    app().clock.advance(7 * DAY + MINUTE);
    expectError(await register(old), 401, 'invalid_client');
    expectStatus(await register(fresh), 201);
    expect((await actions(id)).filter((action) => action.startsWith('credential.'))).to.deep.equal([
      'credential.issued',
      'credential.issued',
      'credential.rotated',
    ]);
  });

  it('revokes a credential for good, and takes back its resurrection', async () => {
    const { shown } = await addOrg();
    expectStatus(await register(shown), 201);
    await probe.write(`credentials/${shown['key']}`, { status: 'revoked' });
    await eventually('in force', async () => {
      const found = await probe.read(`credentials/${shown['key']}`);
      return found?.['inForce'].status === 'revoked';
    });
    app().clock.advance(MINUTE);
    expectError(await register(shown), 401, 'invalid_client');
    await probe.write(`credentials/${shown['key']}`, { status: 'active' });
    await eventually('reported', async () => {
      const found = await probe.read(`credentials/${shown['key']}`);
      return found?.['problems'].status;
    });
    app().clock.advance(MINUTE);
    expectError(await register(shown), 401, 'invalid_client');
  });

  it('suspends, resumes and revokes an org: sessions stay dead, users and credentials come back', async () => {
    const { id, shown } = await addOrg();
    const org = await asTestOrg(id, shown);
    const user = await app().scenario.register(org);
    const session = await app().scenario.logIn(org, user);
    const set = async (status: string) => {
      await probe.write(`orgs/${id}`, { status });
      await eventually(status, async () => (await orgOf(id))?.['inForce'].status === status);
      app().clock.advance(MINUTE);
    };
    await set('suspended');
    expectError(await register(shown), 403, 'client_inactive');
    await set('active');
    expect(await app().scenario.isLive(org, session)).to.equal(false);
    expect(await app().scenario.isLive(org, await app().scenario.logIn(org, user))).to.equal(true);
    await set('revoked');
    expectError(await register(shown), 403, 'client_inactive');
    await probe.write(`orgs/${id}`, { status: 'active' });
    await eventually('reported', async () => (await orgOf(id))?.['problems'].status);
    app().clock.advance(MINUTE);
    expectError(await register(shown), 403, 'client_inactive');
    const ofStatus = (await actions(id)).filter((action) => /suspended|resumed|revoked/.test(action));
    expect(ofStatus).to.deep.equal(['org.resumed', 'org.revoked', 'org.suspended']);
  });

  it('a suspended or banned user has no session and no login; what can not be is put back', async () => {
    const { id, shown } = await addOrg();
    const org = await asTestOrg(id, shown);
    const user = await app().scenario.register(org);
    const path = `orgs/${id}/users/${user.userId}`;
    const set = async (fields: Record<string, string>) => {
      await probe.write(path, fields);
      return eventually('settled', async () => {
        const found = await probe.read(path);
        const [[field = '', value] = []] = Object.entries(fields);
        return found?.['inForce'][field] === value && found?.['isEnforced'] && found;
      });
    };
    for (const status of ['suspended', 'banned']) {
      const session = await app().scenario.logIn(org, user);
      await set({ status });
      expect(await app().scenario.isLive(org, session), status).to.equal(false);
      const login = { email: user.email, password: user.password };
      expectError(await app().api.post(org, '/partner/auth/login', login), 401, 'invalid_credentials');
      await set({ status: 'active' });
      expect(await app().scenario.isLive(org, session), status).to.equal(false);
    }
    await set({ kyc_status: 'approved' });
    await set({ role: 'admin' });
    const code = await app().scenario.sendLoginCode(org, user);
    expect((await app().scenario.verify(org, user, code)).body.user.kyc_status).to.equal('approved');
    await probe.write(path, { kyc_status: 'maybe', status: 'pending', role: 7 });
    const putBack = await eventually('put back', async () => {
      const found = await probe.read(path);
      return found?.['kyc_status'] === 'approved' && found;
    });
    expect(putBack).to.deep.include({ kyc_status: 'approved', status: 'active', role: 'admin' });
    expect(putBack['problems']).to.have.all.keys('kyc_status', 'status', 'role');
    const ofUser = (await actions(id)).filter((action) => action.startsWith('user.'));
    expect(ofUser).to.deep.equal([
      'user.kyc_changed',
      'user.role_changed',
      ...Array.from({ length: 4 }, () => 'user.status_changed'),
    ]);
  });
});
