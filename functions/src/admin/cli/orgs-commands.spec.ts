import { expect } from 'chai';
import { ACTOR, AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { orgId } from '../../orgs/org-id.js';

interface OrgFacts {
  readonly orgId: string;
  readonly name: string;
  readonly status: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly problems: Readonly<Record<string, string>>;
}

describe('admin orgs', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  const statusOf = async (id: string) => (await desk.json<OrgFacts>('orgs', 'show', id)).status;

  it('lists orgs in a table, oldest first, and says so when there are none', async () => {
    expect(await desk.done('orgs', 'list')).to.match(/^There are no orgs/);
    expect(await desk.json('orgs', 'list')).to.deep.equal([]);
    const { orgId: first } = await desk.org('Acme');
    desk.clock.advance(1_000);
    await desk.org('東京 Bank');
    const lines = (await desk.done('orgs', 'list')).trimEnd().split('\n');
    expect(lines[0]).to.match(/^ORG ID +NAME +STATUS +ENVIRONMENT +PROVISIONING +CREATED$/);
    expect(lines).to.have.length(3);
    expect(lines[1]).to.match(/^org_/).and.contain(first);
    expect(lines[1]).to.match(/ Acme +active +live +done +2026-01-15 12:00:00Z$/);
    expect((await desk.json<OrgFacts[]>('orgs', 'list')).map(({ name }) => name)).to.have.members([
      'Acme',
      '東京 Bank',
    ]);
  });

  it('shows settings, problems and provisioning', async () => {
    const { orgId: id } = await desk.org();
    const document = await desk.services.orgs.get(id);
    const written = { settings: { codeLength: 99 }, name: 'Acme 2' };
    await desk.ports.orgs.change(document, { written });
    await desk.services.orgs.settle(id, ACTOR);
    const shown = await desk.done('orgs', 'show', id);
    expect(shown)
      .to.match(/^Org id +org_/)
      .and.match(/^Name +Acme 2$/m)
      .and.match(/^Provisioning +done$/m);
    expect(shown)
      .to.match(/^SETTING +IN FORCE$/m)
      .and.match(/^codeLength +6$/m)
      .and.match(/^trustedIssuer +not set$/m);
    expect(shown).to.match(/^settings\.codeLength +Must be a whole number from 4 to 10\.$/m);
    const facts = await desk.json<OrgFacts>('orgs', 'show', id);
    expect(facts).to.include({ orgId: id, name: 'Acme 2', status: 'active' });
    expect(facts.settings).to.include({ codeLength: 6 });
    expect(Object.keys(facts.problems)).to.deep.equal(['settings.codeLength']);
  });

  it('shows a document that is no org yet, without obeying what is in it', async () => {
    const id = orgId.generate();
    const name = 'Evil\u001b[2J\u202e\n\u009bname';
    const written = { name, status: 'active', environment: 'live', settings: {} };
    await desk.ports.orgs.create(id, { written, provisioning: 'failed', provisioningMessage: 'name: Bad.' }, []);
    for (const args of [
      ['orgs', 'show', id],
      ['orgs', 'list'],
    ]) {
      const shown = await desk.done(...args);
      expect(shown)
        .to.match(/failed/)
        .and.match(/Evil\ufffd\[2J\ufffd\ufffd\ufffdname/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
      expect(await desk.done(...args, '--json')).to.not.match(/[\u001b\u009b\u202e]/);
    }
    expect((await desk.json<OrgFacts>('orgs', 'show', id)).name).to.equal(name);
    expectRefusal(await desk.run('credentials', 'issue', id), 1, /not provisioned yet\.\n +name: Bad\./);
  });

  for (const [step, status] of [
    ['suspend', 'suspended'],
    ['revoke', 'revoked'],
  ] as const)
    it(`${step}s an org when that is confirmed`, async () => {
      const { orgId: id } = await desk.org();
      desk.answer = false;
      const declined = await desk.run('orgs', step, id);
      expectRefusal(declined, 1, /^error: Nothing was done\.$/m);
      expect(declined.question).to.contain(`the org Acme (${id})?`).and.not.contain('project');
      expect(await statusOf(id)).to.equal('active');
      desk.answer = true;
      const records = await desk.audited(() => desk.done('orgs', step, id));
      expect(await statusOf(id)).to.equal(status);
      expect(records).to.have.length(1);
      expect(records[0]).to.deep.include({
        action: `org.${status}`,
        orgId: id,
        actor: ACTOR,
        target: { kind: 'org', id },
      });
      expect(records[0]?.at.getTime()).to.equal(desk.clock.now());
    });

  for (const args of [['suspend'], ['revoke'], ['delete']])
    it(`names a real project when it asks before ${args[0]}, and refuses without a terminal`, async () => {
      const { orgId: id } = await desk.org();
      desk.answer = args[0] === 'delete' ? 'nothing' : false;
      const { question } = await desk.run('orgs', ...args, id, '--project', 'acme-live');
      expect(question).to.match(/^In the project acme-live: /);
      desk.canAsk = false;
      desk.connected.length = 0;
      expectRefusal(await desk.run('orgs', ...args, id), 1, /no terminal to ask on\. Give --yes to go ahead/);
      expect(desk.connected).to.deep.equal([]);
      expect(await statusOf(id)).to.equal('active');
      const { question: unasked, code } = await desk.run('orgs', ...args, id, '--yes');
      expect({ unasked, code }).to.deep.equal({ unasked: null, code: 0 });
    });

  it('resumes a suspended org without a question, and a revoked one not at all', async () => {
    const { orgId: id } = await desk.org();
    await desk.done('orgs', 'suspend', id, '--yes');
    desk.canAsk = false;
    const records = await desk.audited(() => desk.json('orgs', 'resume', id));
    expect(records.map(({ action }) => action)).to.deep.equal(['org.resumed']);
    expect(await statusOf(id)).to.equal('active');
    expect(await desk.audited(() => desk.done('orgs', 'resume', id))).to.deep.equal([]);
    await desk.done('orgs', 'revoke', id, '--yes');
    expectRefusal(await desk.run('orgs', 'resume', id), 1, /^error: A revoked org stays revoked\./);
  });

  it('knows no org that is not there', async () => {
    const id = orgId.generate();
    const commands = [
      ['orgs', 'show', id],
      ['orgs', 'suspend', id],
      ['orgs', 'resume', id],
      ['credentials', 'issue', id],
      ['credentials', 'list', id],
      ['apps', 'create', id, 'Web'],
      ['apps', 'list', id],
      ['users', 'list', id],
      ['users', 'show', id, `usr_${'a'.repeat(22)}`],
      ['sessions', 'revoke', '--org', id, '--user', `usr_${'a'.repeat(22)}`],
    ];
    for (const args of commands) {
      const records = await desk.audited(async () => {
        expectRefusal(await desk.run(...args), 1, /^error: There is no org of this id\.$/m);
      });
      expect(records).to.deep.equal([]);
    }
  });
});
