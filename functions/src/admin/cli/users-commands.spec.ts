import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { expectCode, rejection } from '../../../test/support/unit-fixtures.js';
import { freshAttempt } from '../../idempotency/idempotency-service.js';
import { MAIN_POOL } from '../../identity/pool.js';
import type { OrgId } from '../../orgs/org-id.js';
import { type UserId, userId } from '../../users/user-id.js';
import type { UserRecord } from '../../users/user-record.js';

describe('admin users', () => {
  let desk: AdminDesk;
  let orgId: OrgId;
  let user: UserRecord;
  beforeEach(async () => {
    desk = new AdminDesk();
    ({ orgId } = await desk.org());
    user = await desk.user(orgId, {
      ssn: 'canary-ssn',
      date_of_birth: 'canary-birth',
      metadata: 'canary-metadata',
      address: { city: 'canary-city' },
    });
  });

  const facts = () => desk.json<Record<string, unknown>>('users', 'show', orgId, user.uid);

  it('shows a user without what nobody needs to see', async () => {
    const shown = await desk.done('users', 'show', orgId, user.uid);
    expect(shown).to.match(new RegExp(`^User id +${user.uid}\nName +Ada Lovelace\nEmail +${user.email}\n`));
    expect(await facts()).to.include({
      uid: user.uid,
      phone_number: user.phone_number,
      kyc_status: 'pending',
      role: 'user',
    });
    for (const out of [shown, JSON.stringify(await facts()), await desk.done('users', 'list', orgId, '--json')])
      expect(out).to.not.match(/canary|\bssn\b|birth/i);
  });

  it('lists users up to the limit, and says when there are more', async () => {
    await desk.user(orgId);
    const all = await desk.run('users', 'list', orgId, '--limit', '2');
    expect(all.out).to.match(/^USER ID +EMAIL +NAME +STATUS +KYC +ROLE +CREATED\nusr_/);
    expect(all.out.trimEnd().split('\n')).to.have.length(3);
    expect(all.err).to.equal('');
    const one = await desk.run('users', 'list', orgId, '--limit', '1');
    expect(one.out.trimEnd().split('\n')).to.have.length(2);
    expect(one.err).to.match(/There are more than these 1/);
    expect(await desk.json('users', 'list', orgId, '--limit', '1')).to.have.length(1);
    const { orgId: empty } = await desk.org('Empty');
    expect(await desk.done('users', 'list', empty)).to.equal('The org has no users.\n');
  });

  for (const limit of ['0', '-1', '10001', 'all', '1.5'])
    it(`refuses --limit ${limit}`, async () => {
      const run = await desk.run('users', 'list', orgId, `--limit=${limit}`);
      expectRefusal(run, 2, /--limit must be a whole number from 1 to 10000/);
    });

  for (const [args, field, value, action] of [
    [['suspend', '--yes'], 'status', 'suspended', 'user.status_changed'],
    [['set-kyc', 'approved'], 'kyc_status', 'approved', 'user.kyc_changed'],
    [['set-role', 'manager'], 'role', 'manager', 'user.role_changed'],
  ] as const)
    it(`${args.join(' ')}: changes the ${field}, with one record`, async () => {
      const [name, ...rest] = args;
      const records = await desk.audited(async () => {
        expect(await desk.done('users', name, orgId, user.uid, ...rest)).to.equal(
          `${user.uid}: ${field} is ${value}.\n`,
        );
        await desk.done('users', name, orgId, user.uid, ...rest);
      });
      expect(await facts()).to.include({ [field]: value });
      expect(records).to.have.length(1);
      const target = { kind: 'user', id: user.uid };
      expect(records[0]).to.deep.include({ action, orgId, target, actor: ACTOR });
      expect(records[0]?.details).to.include({ to: value });
    });

  it('asks before it suspends and deletes, and not before it resumes', async () => {
    desk.answer = false;
    for (const name of ['suspend', 'delete']) {
      const run = await desk.run('users', name, orgId, user.uid, '--project', 'acme-live');
      expectRefusal(run, 1, /Nothing was done/);
      expect(run.question)
        .to.match(/^In the project acme-live: /)
        .and.contain(user.uid);
    }
    desk.canAsk = false;
    for (const name of ['suspend', 'delete'])
      expectRefusal(await desk.run('users', name, orgId, user.uid), 1, /Give --yes/);
    expect(await facts()).to.include({ status: 'active' });
    await desk.done('users', 'suspend', orgId, user.uid, '--yes');
    expect(await desk.json('users', 'resume', orgId, user.uid)).to.deep.equal({
      orgId,
      uid: user.uid,
      status: 'active',
      requestId: ACTOR.requestId,
    });
  });

  it('deletes a user, with one record', async () => {
    const records = await desk.audited(() => desk.done('users', 'delete', orgId, user.uid, '--yes'));
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({
      action: 'user.deleted',
      target: { kind: 'user', id: user.uid },
      actor: ACTOR,
    });
    expectRefusal(await desk.run('users', 'show', orgId, user.uid), 1, /There is no user of this id/);
  });

  it('unlocks a user whom failures keep out, with one record', async () => {
    const records = await desk.audited(() => desk.done('users', 'unlock', orgId, user.uid));
    const target = { kind: 'user', id: user.uid };
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({ action: 'user.unlocked', target, actor: ACTOR });
  });

  it('unlocks a user of the main app, whoever gave the id, with one record', async () => {
    const { services, ports } = desk;
    const [uid, email] = ['GivenByTheSdk0000000000000001' as UserId, 'ada@example.com'];
    await ports.identities.create(MAIN_POOL, { uid, email, password: 'correct horse' });
    const logIn = (password: string) => {
      const by = { client: { address: '203.0.113.7', agent: null }, attempt: freshAttempt() };
      return services.accountLogin.logIn({ kind: 'email', value: email }, password, by);
    };
    for (let tries = 0; tries < 5; tries += 1) await rejection(logIn('wrong'));
    await expectCode(logIn('correct horse'), 'locked_out');
    const records = await desk.audited(() => desk.done('users', 'unlock', 'main', uid));
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({ orgId: null, action: 'user.unlocked', actor: ACTOR });
    await logIn('correct horse');
    expectRefusal(await desk.run('users', 'unlock', 'main', 'nobody'), 1, /There is no user of this id/);
    expectRefusal(await desk.run('users', 'unlock', 'main', 'a/b'), 2, /That is no user id/);
  });

  it('says what a role must be', async () => {
    const run = await desk.run('users', 'set-role', orgId, user.uid, 'Big Boss');
    expectRefusal(run, 2, /The role must be a word of at most 32 small letters/);
    expect(run.err).to.not.contain('Boss');
  });

  it('finds no user of another org', async () => {
    const { orgId: other } = await desk.org('Other');
    for (const args of [['show'], ['delete', '--yes'], ['set-role', 'admin']]) {
      const [name = '', ...rest] = args;
      expectRefusal(await desk.run('users', name, other, user.uid, ...rest), 1, /There is no user of this id/);
    }
    expectRefusal(await desk.run('users', 'show', orgId, userId.generate()), 1, /There is no user of this id/);
    expect(await facts()).to.include({ role: 'user' });
  });
});
