import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { DAY_MS } from '../../lib/clock.js';
import type { OrgId } from '../../orgs/org-id.js';

interface Issued {
  readonly key: string;
  readonly secret: string;
}

interface Listed {
  readonly keyId: string;
  readonly name: string;
  readonly status: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly allowedAddresses: readonly string[] | null;
}

describe('admin credentials', () => {
  let desk: AdminDesk;
  let orgId: OrgId;
  let key: string;
  beforeEach(async () => {
    desk = new AdminDesk();
    ({ orgId, key } = await desk.org());
  });

  const listed = async (of: string) => {
    const all = await desk.json<Listed[]>('credentials', 'list', orgId);
    return all.find(({ keyId }) => keyId === of);
  };
  const works = async ({ key: ofKey, secret }: Issued) =>
    desk.services.credentials.authenticate(ofKey, secret).then(
      () => true,
      () => false,
    );

  it('issues a credential with what was asked for, its secret printed once and nowhere else', async () => {
    const options = [
      '--name',
      'EU',
      '--scope',
      'auth,users:read',
      '--scope',
      'auth',
      '--allow',
      '203.0.113.0/24',
      '--expires',
      '30d',
    ];
    const records = await desk.audited(async () => {
      const out = await desk.done('credentials', 'issue', orgId, ...options);
      expect(out).to.match(
        /^Issued a credential to Acme\.\n\nKey +gh_key_live_\S+\nSecret +gh_secret_live_\S+\n\n.*can't be shown again/,
      );
      expect(out.split('gh_secret_')).to.have.length(2);
    });
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({ action: 'credential.issued', orgId, actor: ACTOR });
    expect(JSON.stringify(records)).to.not.contain('gh_secret_');
    expect(await listed(records[0]?.target.id ?? '')).to.deep.include({
      name: 'EU',
      scopes: ['auth', 'users:read'],
      allowedAddresses: ['203.0.113.0/24'],
      expiresAt: new Date(desk.clock.now() + 30 * DAY_MS).toISOString(),
    });
  });

  it('answers a secret that works, without pii:read unless it is asked for', async () => {
    const issued = await desk.json<Issued>('credentials', 'issue', orgId);
    expect(await works(issued)).to.equal(true);
    expect((await listed(issued.key))?.scopes).to.deep.equal(['auth', 'users:read', 'users:write', 'token:exchange']);
  });

  for (const [expires, at] of [
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
    ['1d', '2026-01-16T12:00:00.000Z'],
  ] as const)
    it(`reads --expires ${expires}`, async () => {
      const issued = await desk.json<Issued>('credentials', 'issue', orgId, '--expires', expires);
      expect((await listed(issued.key))?.expiresAt).to.equal(at);
    });

  for (const [option, value, message] of [
    ['--expires', '2026-01-15', /to come/],
    ['--expires', '2027-02-31', /to come/],
    ['--expires', '2027-01-31T12:00:00', /to come/],
    ['--expires', 'tomorrow', /to come/],
    ['--expires', '0d', /to come/],
    ['--scope', 'users:all', /of auth, users:read/],
    ['--scope', '', /of auth, users:read/],
    ['--allow', '203.0.113.0/33', /an address or a network/],
    ['--allow', 'example.com', /an address or a network/],
  ] as const)
    it(`refuses ${option} ${value}`, async () => {
      desk.connected.length = 0;
      expectRefusal(await desk.run('credentials', 'issue', orgId, option, value), 2, message);
      expect(desk.connected).to.deep.equal([]);
    });

  it('rotates: both work for the time of grace, and it says until when', async () => {
    const records = await desk.audited(async () => {
      const out = await desk.done('credentials', 'rotate', key, '--grace', '3');
      expect(out).to.contain(`Rotated ${key}. The old one works until 2026-01-18 12:00:00Z.`);
      expect(out.split('gh_secret_')).to.have.length(2);
    });
    expect(records.map(({ action }) => action).sort()).to.deep.equal(['credential.issued', 'credential.rotated']);
    for (const { actor } of records) expect(actor).to.deep.equal(ACTOR);
    expect((await listed(key))?.expiresAt).to.equal('2026-01-18T12:00:00.000Z');
    expectRefusal(await desk.run('credentials', 'rotate', key), 1, /rotated already: gh_key_/);
  });

  it('rotates with no time to change over only when that is confirmed', async () => {
    desk.answer = false;
    const { question, ...run } = await desk.run('credentials', 'rotate', key, '--grace', '0');
    expectRefusal({ ...run, question }, 1, /Nothing was done/);
    expect(question).to.contain(key);
    expect((await desk.run('credentials', 'rotate', key)).question).to.equal(null);
    const { key: other } = await desk.json<Issued>('credentials', 'issue', orgId);
    const rotated = await desk.json<Issued>('credentials', 'rotate', other, '--grace', '0', '--yes');
    expect(await works(rotated)).to.equal(true);
    expect((await listed(other))?.status).to.equal('expired');
  });

  for (const grace of ['-1', '31', '1.5', 'a week', '1e1'])
    it(`refuses --grace ${grace}`, async () => {
      const run = await desk.run('credentials', 'rotate', key, `--grace=${grace}`);
      expectRefusal(run, 2, /--grace must be a whole number from 0 to 30/);
    });

  it('prints no secret into a file, unless that is meant', async () => {
    desk.isOutSeen = false;
    const records = await desk.audited(async () => {
      expectRefusal(await desk.run('credentials', 'issue', orgId), 1, /no terminal/);
      expectRefusal(await desk.run('credentials', 'rotate', key), 1, /no terminal/);
    });
    expect(records).to.deep.equal([]);
    expect(await desk.done('credentials', 'issue', orgId, '--show-secret')).to.contain('gh_secret_');
    expect(await desk.json('credentials', 'rotate', key)).to.have.property('secret');
  });

  it('revokes when that is confirmed, once', async () => {
    desk.answer = false;
    expectRefusal(await desk.run('credentials', 'revoke', key), 1, /Nothing was done/);
    desk.canAsk = false;
    expectRefusal(await desk.run('credentials', 'revoke', key), 1, /Give --yes/);
    const records = await desk.audited(async () => {
      expect(await desk.done('credentials', 'revoke', key, '--yes')).to.contain('is revoked');
      await desk.done('credentials', 'revoke', key, '--yes');
    });
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({
      action: 'credential.revoked',
      target: { kind: 'credential', id: key },
      actor: ACTOR,
    });
    expectRefusal(await desk.run('credentials', 'rotate', key), 1, /It is revoked\. Issue another credential/);
  });

  it('lists credentials, and nothing that their secrets can be found by', async () => {
    const table = await desk.done('credentials', 'list', orgId);
    expect(table).to.match(/^KEY +NAME +STATUS +SCOPES +LAST USED +CREATED\n/);
    expect(table).to.match(
      /^gh_key_live_\S{22} +First credential +active +auth users:read users:write token:exchange +never +2026-01-15 12:00:00Z$/m,
    );
    const [only] = await desk.json<object[]>('credentials', 'list', orgId);
    expect(only).to.include({ keyId: key, status: 'active', createdBy: 'cli:ada' });
    expect(only).to.not.have.any.keys('secretHash', 'secretTag', 'version');
  });
});
