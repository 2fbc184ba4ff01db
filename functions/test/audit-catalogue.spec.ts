import { expect } from 'chai';
import { MemoryCredentialStore } from '../src/adapters/memory/memory-credential-store.js';
import { MemoryOrgStore } from '../src/adapters/memory/memory-org-store.js';
import { MemoryUserStore } from '../src/adapters/memory/memory-user-stores.js';
import { ConsoleEdits } from '../src/admin/console/console-edits.js';
import { AUDIT_ACTIONS, type AuditAction, type AuditRecord } from '../src/audit/audit-record.js';
import type { UserId } from '../src/users/user-id.js';
import type { TestOrg } from './support/api-client.js';
import { describeMemoryApp, type TestApp } from './support/describe-app.js';
import { BY } from './support/records.js';
import type { TestUser } from './support/scenario.js';
import { expectCode } from './support/unit-fixtures.js';

const EVENT = { id: 'event-1', time: new Date().toISOString(), authId: 'editor' };
const CONSOLE = { kind: 'console', id: 'editor', from: null, requestId: 'event-1' };
/** That a cap is near or reached nobody does: an instance notices. */
const DELIVERY = { kind: 'system', id: 'delivery', from: null };
/** Of all others it is who runs the command. */
const ACTORS: Partial<Record<AuditAction, object>> = {
  'credential.changed': CONSOLE,
  'org.renamed': CONSOLE,
  'org.settings_changed': CONSOLE,
  'org.sms_cap_near': DELIVERY,
  'org.sms_cap_reached': DELIVERY,
};
const SMS_PER_DAY = 5;
const SENDS_PER_CONTACT = 3;

/** @see security.md L-01 */
describeMemoryApp('L-01: the audit log', (app) => {
  /** Everything that has been kept of an org, the oldest first. */
  const recordsOf = async (orgId: string): Promise<readonly AuditRecord[]> =>
    [...(await app().ports.audit.latest(100, orgId as never))].reverse();

  const consoleOf = ({ services, ports, clock }: TestApp) =>
    new ConsoleEdits({ ...services, orgStore: ports.orgs, clock, logger: { log: () => {} } });

  /** The documents, to be edited as in the console. */
  function documentsOf({ ports }: TestApp) {
    const { orgs, credentials, users } = ports;
    if (!(orgs instanceof MemoryOrgStore && credentials instanceof MemoryCredentialStore)) throw new Error('in memory');
    if (!(users instanceof MemoryUserStore)) throw new Error('in memory');
    return { orgs, credentials, users };
  }

  /** One text message more than the org may send in a day. */
  async function useUpSms({ org }: TestOrg, users: readonly TestUser[]): Promise<void> {
    const { login, background } = app().services;
    const senders = users.flatMap((user) => Array.from({ length: SENDS_PER_CONTACT }, () => user));
    for (const [index, { phone_number, password }] of senders.slice(0, SMS_PER_DAY + 1).entries()) {
      const sending = login.start(org, { kind: 'phone', value: phone_number }, password, {
        address: null,
        agent: null,
      });
      await (index < SMS_PER_DAY ? sending : expectCode(sending, 'rate_limited'));
    }
    await background.idle();
  }

  /** Each action once, by command where there is one. Answers what must not be in the log. */
  async function doEverything() {
    const { services, scenario, provision } = app();
    const org = await provision('Catalogue', { smsPerDay: SMS_PER_DAY });
    const { orgId, tenantId } = org.org;
    const pool = { id: orgId, tenantId };
    const [user, other] = [await scenario.register(org), await scenario.register(org)];
    const uid = user.userId as UserId;
    await useUpSms(org, [user, other]);
    const { key } = await services.credentialAdmin.issue(orgId, BY, { name: 'Second' });
    const edits = consoleOf(app());
    const documents = documentsOf(app());
    await services.credentialAdmin.rotate(org.credential.key, BY);
    documents.credentials.edit(key, { scopes: ['auth'] });
    await edits.credentialEdited(EVENT, key);
    await services.credentialAdmin.revoke(key, BY);
    const { appId } = await services.apps.create(orgId, 'An app', [], BY);
    await services.apps.rotate(appId, BY);
    await services.apps.revoke(appId, BY);
    for (const wish of [{ kyc_status: 'approved' }, { role: 'admin' }, { status: 'suspended' }] as const)
      await services.userAdmin.change(pool, uid, wish, BY);
    await services.userAdmin.unlock(pool, uid, BY);
    await services.userAdmin.delete(pool, uid, BY);
    await services.sessionAdmin.revokeAll(pool, other.userId as UserId, BY);
    for (const change of [{ name: 'Renamed' }, { settings: { codeLength: 7, smsPerDay: SMS_PER_DAY } }]) {
      documents.orgs.edit(orgId, change);
      await edits.orgEdited(EVENT, orgId);
    }
    await services.orgs.suspend(orgId, BY);
    await services.orgs.resume(orgId, BY);
    await services.orgs.revoke(orgId, BY);
    await services.deletion.run(orgId, BY, () => {});
    const { email, phone_number, password } = user;
    return { orgId, secrets: [org.credential.secret, email, phone_number, password, 'Renamed', 'An app', 'Second'] };
  }

  it('has one record of each action that there is, by whom, on what, when, from where and in which request', async () => {
    const begun = app().clock.now();
    const { secrets, orgId } = await doEverything();
    const records = await recordsOf(orgId);
    const counts = new Map<AuditAction, number>();
    for (const { action } of records) counts.set(action, (counts.get(action) ?? 0) + 1);
    // The first credential, the second one, and the successor.
    expect(Object.fromEntries(counts)).to.deep.equal({
      ...Object.fromEntries(AUDIT_ACTIONS.map((action) => [action, 1])),
      'credential.issued': 3,
    });
    for (const record of records) {
      expect(record).to.have.all.keys('id', 'orgId', 'at', 'action', 'target', 'actor', 'details');
      expect(record.at.getTime()).to.be.within(begun, app().clock.now());
      expect(record.actor, record.action).to.include(ACTORS[record.action] ?? BY);
      expect(record.actor.requestId, record.action).not.to.equal('');
      expect(record.target.id).to.be.a('string').and.not.equal('');
    }
    for (const secret of secrets) expect(JSON.stringify(records).includes(secret), secret).to.equal(false);
  });

  it('has one record however often an edit is told of, and none of what was refused', async () => {
    const { services, scenario, provision } = app();
    const org = await provision('Once');
    const { orgId, tenantId } = org.org;
    const user = await scenario.register(org);
    const edits = consoleOf(app());
    const documents = documentsOf(app());
    const before = (await recordsOf(orgId)).length;
    await documents.users.edit({ id: orgId, tenantId }, user.userId as UserId, { status: 'banned', role: '' });
    documents.orgs.edit(orgId, { settings: { codeLength: 'x' } });
    documents.credentials.edit(org.credential.key, { rotate: 1, scopes: 'all' });
    for (let told = 0; told < 3; told += 1) {
      await edits.userEdited(EVENT, orgId, user.userId);
      await edits.orgEdited(EVENT, orgId);
      await edits.credentialEdited(EVENT, org.credential.key);
    }
    await services.userAdmin
      .change({ id: orgId, tenantId }, user.userId as UserId, { role: 'A b' }, BY)
      .catch(() => {});
    const records = (await recordsOf(orgId)).slice(before);
    expect(records.map(({ action, details }) => ({ action, details }))).to.deep.equal([
      { action: 'user.status_changed', details: { from: 'active', to: 'banned' } },
    ]);
  });

  it('keeps what hostile names and values would put on another line out of itself', async () => {
    const { services, provision } = app();
    const hostile = ['a\r\nb', '\u001b[2J', 'a\u2028b', 'a\u0000b', '\u202ea'];
    for (const name of hostile) await services.orgs.create({ name }, BY).then(expectNever, () => {});
    const org = await provision('Hostile');
    for (const name of hostile) await services.apps.create(org.org.orgId, name, [], BY).then(expectNever, () => {});
    expect(await recordsOf(org.org.orgId)).to.have.length(3);
  });
});

function expectNever(): never {
  throw new Error('it was taken');
}
