import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import firebaseFunctionsTest from 'firebase-functions-test';
import { eventually } from './support/background-triggers.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { testStack } from './support/global-stack.js';
import { BY } from './support/records.js';

type Exports = typeof import('../src/index.js');

/** The exported functions themselves, told of edits as the platform tells them: twice, late and of documents that are gone. */
describeApp('Triggers', (app) => {
  const platform = firebaseFunctionsTest({ projectId: 'demo-gatehouse' });
  let environment: NodeJS.ProcessEnv = {};
  let triggers: Exports;
  let probe: FirestoreProbe;
  before(async () => {
    environment = { ...process.env };
    Object.assign(process.env, testStack().env);
    triggers = await import('../src/index.js');
    probe = new FirestoreProbe();
  });
  after(async () => {
    await probe.close();
    platform.cleanup();
    for (const name of Object.keys(testStack().env)) delete process.env[name];
    Object.assign(process.env, environment);
  });

  /** What it says of the document does not matter: it is read as it is by then. */
  const event = (path: string, params: Record<string, string>, change: object = {}) => ({
    data: platform.makeChange(
      platform.firestore.makeDocumentSnapshot({ status: 'old' }, path),
      platform.firestore.makeDocumentSnapshot({ status: 'told' }, path),
    ),
    params,
    id: `event-${path}`,
    authType: 'unknown' as const,
    authId: 'console-admin',
    ...change,
  });
  const orgEdited = (orgId: string, change?: object) =>
    platform.wrap(triggers.orgEdited)(event(`orgs/${orgId}`, { orgId }, change) as never);
  const credentialEdited = (keyId: string, change?: object) =>
    platform.wrap(triggers.credentialEdited)(event(`credentials/${keyId}`, { keyId }, change) as never);
  const userEdited = (orgId: string, uid: string, change?: object) =>
    platform.wrap(triggers.userEdited)(event(`orgs/${orgId}/users/${uid}`, { orgId, uid }, change) as never);

  const audit = async (orgId: string) => app().ports.audit.latest(100, orgId as never);
  const newId = () => randomUUID().replaceAll('-', '').slice(0, 20);
  const credentialsOf = (orgId: string) => app().ports.credentials.listOf(orgId as never, 10);
  const twice = async (tell: () => Promise<unknown>) => {
    // At once, and once more when all is done.
    await Promise.allSettled([tell(), tell()]);
    await tell();
  };

  describe('orgEdited', () => {
    it('makes one org of a document that it is told of twice, and tells who had it made', async () => {
      const id = newId();
      await probe.write(`orgs/${id}`, { name: 'Twice' });
      await twice(() => orgEdited(id));
      const document = await eventually('done', async () => {
        const found = await probe.read(`orgs/${id}`);
        return found?.['provisioning'] === 'done' && found;
      });
      expect(await credentialsOf(id)).to.have.length(1);
      expect(await app().ports.tenants.findOf(id as never)).to.equal(document['tenantId']);
      const records = await audit(id);
      const actions = records.map(({ action }) => action).sort();
      expect(actions).to.deep.equal(['credential.issued', 'org.created', 'org.provisioned']);
      for (const { actor } of records)
        expect(actor).to.deep.equal({
          kind: 'console',
          id: 'console-admin',
          from: null,
          requestId: `event-orgs/${id}`,
        });
    });

    it('goes by the document and not by an event that is late', async () => {
      const { org } = await app().provision();
      await app().services.orgs.suspend(org.orgId, BY);
      await app().services.orgs.resume(org.orgId, BY);
      const before = await probe.read(`orgs/${org.orgId}`);
      await orgEdited(org.orgId, { time: new Date(Date.now() - 86_400_000).toISOString() });
      expect(await probe.read(`orgs/${org.orgId}`)).to.deep.equal(before);
    });

    it('reports a document that can be no org, once', async () => {
      const id = newId();
      await probe.write(`orgs/${id}`, { name: 7, status: 'on', environment: 'prod', settings: [] });
      await orgEdited(id);
      const failed = await probe.read(`orgs/${id}`);
      expect(failed?.['provisioning']).to.equal('failed');
      expect(failed?.['problems']).to.have.all.keys('name', 'status', 'environment', 'settings');
      await orgEdited(id);
      expect(await probe.read(`orgs/${id}`)).to.deep.equal(failed);
      await probe.write('orgs/main', { name: 'Main' });
      await orgEdited('main');
      expect((await probe.read('orgs/main'))?.['provisioningMessage']).to.match(/document id/);
    });

    it('does nothing about a document that is gone', async () => {
      const id = newId();
      await orgEdited(id);
      expect(await probe.read(`orgs/${id}`)).to.equal(undefined);
    });
  });

  describe('credentialEdited', () => {
    it('issues one successor, told twice', async () => {
      const { org, credential } = await app().provision();
      await probe.write(`credentials/${credential.key}`, { rotate: true });
      await twice(() => credentialEdited(credential.key));
      expect(await credentialsOf(org.orgId)).to.have.length(2);
      const rotations = (await audit(org.orgId)).filter(({ action }) => action === 'credential.rotated');
      expect(rotations).to.have.length(1);
    });

    it('reports terms that can not be, and keeps the last good ones', async () => {
      const { credential } = await app().provision();
      const bad = { name: 1, scopes: ['all'], expiresAt: 'soon', allowedAddresses: ['here'], rotate: 'please' };
      await probe.write(`credentials/${credential.key}`, bad);
      await twice(() => credentialEdited(credential.key));
      const document = await probe.read(`credentials/${credential.key}`);
      expect(document?.['problems']).to.have.all.keys('name', 'scopes', 'expiresAt', 'allowedAddresses', 'rotate');
      expect(document?.['inForce'].scopes).to.include('auth');
      expect(await app().services.credentials.authenticate(credential.key, credential.secret)).to.be.an('object');
    });

    it('does nothing about documents that are no credentials, or gone', async () => {
      const { credential } = await app().provision();
      await app().ports.credentials.remove({ keyId: credential.key, orgId: 'any' as never });
      await credentialEdited(credential.key);
      await probe.write('credentials/by-hand', { rotate: true });
      await credentialEdited('by-hand');
      expect(await probe.read('credentials/by-hand')).to.deep.equal({ rotate: true });
    });
  });

  describe('userEdited', () => {
    it('suspends once, told twice, whatever the events say', async () => {
      const org = await app().provision();
      const user = await app().scenario.register(org);
      const session = await app().scenario.logIn(org, user);
      await probe.write(`orgs/${org.org.orgId}/users/${user.userId}`, { status: 'suspended' });
      await twice(() => userEdited(org.org.orgId, user.userId));
      expect(await app().scenario.isLive(org, session)).to.equal(false);
      const changes = (await audit(org.org.orgId)).filter(({ action }) => action === 'user.status_changed');
      expect(changes.map(({ details, target }) => ({ details, target }))).to.deep.equal([
        { details: { from: 'active', to: 'suspended' }, target: { kind: 'user', id: user.userId } },
      ]);
    });

    it('puts back what can not be, and does nothing about users who are gone', async () => {
      const org = await app().provision();
      const user = await app().scenario.register(org);
      const path = `orgs/${org.org.orgId}/users/${user.userId}`;
      await probe.write(path, { status: 'gone' });
      await twice(() => userEdited(org.org.orgId, user.userId));
      expect(await probe.read(path)).to.deep.include({ status: 'active' });
      await app().services.userAdmin.delete(
        { id: org.org.orgId, tenantId: org.org.tenantId },
        user.userId as never,
        BY,
      );
      await userEdited(org.org.orgId, user.userId);
      await userEdited(newId(), user.userId);
      await userEdited(org.org.orgId, 'no-uid-of-ours');
      expect(await probe.read(path)).to.equal(undefined);
    });
  });
});
