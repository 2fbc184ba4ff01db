import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { AdminTarget } from '../../tools/admin-target.js';
import { ROOT_DIR } from '../../tools/paths.js';
import { runAdmin } from '../src/admin/cli/admin-cli.js';
import type { CheckResult } from '../src/admin/doctor/check.js';
import type { Actor, AuditRecord } from '../src/audit/audit-record.js';
import type { CredentialRecord } from '../src/credentials/credential-record.js';
import { systemClock } from '../src/lib/clock.js';
import type { OrgId } from '../src/orgs/org-id.js';
import type { TestOrg } from './support/api-client.js';
import { expectError, expectStatus } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { testStack } from './support/global-stack.js';

const ACTOR: Actor = { kind: 'cli', id: 'ada', from: 'host-1', requestId: 'cli_walk' };

interface Created {
  readonly orgId: OrgId;
  readonly tenantId: string;
  readonly key: string;
  readonly secret: string;
}

/** What `tools/admin.ts` runs, on the stack of the tests instead of that of `npm start`. Programs have no terminal. */
async function admin(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const target = new AdminTarget(() => testStack().env, {});
  const printed: Record<'out' | 'err', string[]> = { out: [], err: [] };
  const code = await runAdmin(args, {
    terminal: {
      out: (text) => void printed.out.push(text),
      err: (text) => void printed.err.push(text),
      isOutSeen: false,
      canAsk: false,
      confirm: () => Promise.reject(new Error('nobody is there to ask')),
      ask: () => Promise.reject(new Error('nobody is there to ask')),
    },
    actor: ACTOR,
    clock: systemClock,
    signal: new AbortController().signal,
    sleep: async () => {},
    connect: (project) => target.connect(project),
    doctorTarget: (project) => target.doctorTarget(project),
  });
  return { code, out: printed.out.join(''), err: printed.err.join('') };
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, out, err } = await admin(...args, '--json');
  expect(code, err).to.equal(0);
  return JSON.parse(out) as T;
}

describeApp('admin, on the emulators', (app) => {
  let made: Created;
  let org: TestOrg;

  before(async () => {
    made = await json<Created>('orgs', 'create', 'Initech', '--setting', 'codeLength=8');
    const { orgId, key, secret } = made;
    org = {
      org: (await app().ports.orgs.find(orgId)) ?? expect.fail('no org'),
      credential: { key, secret },
    } as TestOrg;
  });

  const introspect = (by = org) => app().api.post(by, '/partner/auth/introspect', { token: 'none' });
  /** The function reads an org and a credential again when its memory of them is a minute old. */
  const later = () => app().clock.advance(61_000);

  it('makes an org whose credential works, and lists and shows it', async () => {
    expectStatus(await introspect(), 200);
    const all = await json<{ orgId: string; status: string }[]>('orgs', 'list');
    expect(all.find(({ orgId }) => orgId === made.orgId)).to.include({ status: 'active', provisioning: 'done' });
    expect(await json('orgs', 'show', made.orgId)).to.deep.include({ tenantId: made.tenantId, problems: {} });
  });

  it('issues, rotates and revokes credentials', async () => {
    const { orgId } = made;
    const options = ['--scope', 'auth', '--expires', '30d', '--allow', '127.0.0.0/8'];
    const issued = await json<Created>('credentials', 'issue', orgId, ...options);
    const rotated = await json<Created>('credentials', 'rotate', issued.key, '--grace', '0', '--yes');
    await json('credentials', 'revoke', rotated.key, '--yes');
    const listed = await json<CredentialRecord[]>('credentials', 'list', orgId);
    const found = (key: string) => listed.find(({ keyId }) => keyId === key);
    expect(found(issued.key)).to.deep.include({ status: 'expired', rotatedTo: rotated.key, scopes: ['auth'] });
    expect(found(rotated.key)).to.deep.include({ status: 'revoked', allowedAddresses: ['127.0.0.0/8'] });
    expect(found(made.key)).to.include({ status: 'active' });
  });

  it('suspends and resumes: calls are refused in between', async () => {
    expect((await admin('orgs', 'suspend', made.orgId)).code).to.equal(1);
    await json('orgs', 'suspend', made.orgId, '--yes');
    later();
    expectError(await introspect(), 403, 'client_inactive');
    await json('orgs', 'resume', made.orgId);
    later();
    expectStatus(await introspect(), 200);
  });

  it('changes users, ends their sessions and deletes them', async () => {
    const { orgId } = made;
    const user = await app().scenario.register(org);
    const session = await app().scenario.logIn(org, user);
    const [listed] = await json<{ uid: string; email: string }[]>('users', 'list', orgId);
    expect(listed).to.include({ email: user.email, kyc_status: 'pending' });
    const uid = listed?.uid ?? '';
    await json('users', 'set-kyc', orgId, uid, 'approved');
    await json('users', 'set-role', orgId, uid, 'manager');
    await json('sessions', 'revoke', '--org', orgId, '--user', uid, '--yes');
    expect(await app().scenario.isLive(org, session)).to.equal(false);
    await json('users', 'suspend', orgId, uid, '--yes');
    const { email, password } = user;
    expectError(await app().api.post(org, '/partner/auth/login', { email, password }), 401, 'invalid_credentials');
    await json('users', 'resume', orgId, uid);
    const again = await app().scenario.logIn(org, user);
    const { sid } = JSON.parse(Buffer.from(again.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
    expect(await json('sessions', 'revoke', sid, '--yes')).to.include({ uid });
    expect(await app().scenario.isLive(org, again)).to.equal(false);
    expect(await json('users', 'show', orgId, uid)).to.include({
      kyc_status: 'approved',
      role: 'manager',
      status: 'active',
    });
    await json('users', 'delete', orgId, uid, '--yes');
    expect((await admin('users', 'show', orgId, uid)).err).to.contain('There is no user of this id');
  });

  it('makes, rotates and revokes apps', async () => {
    const app1 = await json<{ appId: string }>(
      'apps',
      'create',
      made.orgId,
      'Web',
      '--origin',
      'https://app.acme.example',
    );
    await json('apps', 'rotate', app1.appId);
    await json('apps', 'revoke', app1.appId, '--yes');
    expect(await json<object[]>('apps', 'list', made.orgId)).to.have.lengthOf(1);
  });

  it('finds the stack well', async () => {
    const { out } = await admin('doctor', '--json');
    const results = JSON.parse(out) as CheckResult[];
    const found = results.filter(({ name, status }) => name.startsWith('secret ') && status === 'ok');
    expect(found).to.have.length(3);
  });

  it('deletes all of the org but its audit log, which has told of each step, and of no secret', async () => {
    await json('orgs', 'delete', made.orgId, '--yes');
    expect((await admin('orgs', 'show', made.orgId)).err).to.contain('There is no org of this id');
    const records = await json<AuditRecord[]>('audit', 'tail', '--org', made.orgId, '-n', '100');
    expect(records.map(({ action }) => action)).to.include.members([
      'org.created',
      'org.suspended',
      'user.deleted',
      'org.deleted',
    ]);
    for (const { actor } of records) expect(actor).to.deep.equal(ACTOR);
    expect(records.filter(({ action }) => action === 'session.revoked')).to.have.length(2);
    expect(JSON.stringify(records)).to.not.match(/gh_(secret|app)_|@/);
  });
});

describe('npm run admin', () => {
  const run = promisify(execFile);
  const entry = (...args: string[]) =>
    run('node', ['scripts/run.mjs', 'tools/admin.ts', ...args], { cwd: ROOT_DIR }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );

  it('ends with the code of the command, what went wrong on the standard error alone', async () => {
    const [help, usage] = await Promise.all([entry('--help'), entry('orgs', 'show', '../x')]);
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.contain('Usage: npm run admin -- <command>');
    expect(usage).to.include({ code: 2, stdout: '' });
    expect(usage.stderr).to.match(/^error: That is no org id/);
  });
});
