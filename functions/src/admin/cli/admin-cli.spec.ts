import { expect } from 'chai';
import { AdminDesk, expectRefusal } from '../../../test/support/admin-desk.js';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import { orgId } from '../../orgs/org-id.js';
import { FindingError, failed } from '../doctor/check.js';
import { CliError } from './cli-errors.js';

const ORG = orgId.generate();
const USER = `usr_${'a'.repeat(22)}`;
const KEY = `gh_key_live_${'a'.repeat(22)}`;

/** Ids as somebody would write them who wants out of a document's path. */
const BAD_IDS = [
  '../x',
  'a/b',
  '.',
  '..',
  '__x__',
  'org\u0000x',
  'x'.repeat(1_501),
  '',
  ' ',
  'main',
  'org_%2e%2e',
  '＋',
];
const WITH_ID: Readonly<Record<string, (id: string) => string[]>> = {
  'orgs show': (id) => ['orgs', 'show', id],
  'orgs suspend': (id) => ['orgs', 'suspend', id, '--yes'],
  'orgs resume': (id) => ['orgs', 'resume', id],
  'orgs revoke': (id) => ['orgs', 'revoke', id, '--yes'],
  'orgs delete': (id) => ['orgs', 'delete', id, '--yes'],
  'credentials issue': (id) => ['credentials', 'issue', id],
  'credentials list': (id) => ['credentials', 'list', id],
  'credentials rotate': (id) => ['credentials', 'rotate', id],
  'credentials revoke': (id) => ['credentials', 'revoke', id, '--yes'],
  'apps create': (id) => ['apps', 'create', id, 'Web'],
  'apps list': (id) => ['apps', 'list', id],
  'apps rotate': (id) => ['apps', 'rotate', id],
  'apps revoke': (id) => ['apps', 'revoke', id, '--yes'],
  'users list': (id) => ['users', 'list', id],
  'users show (org)': (id) => ['users', 'show', id, USER],
  'users show (user)': (id) => ['users', 'show', ORG, id],
  'users suspend': (id) => ['users', 'suspend', ORG, id, '--yes'],
  'users resume': (id) => ['users', 'resume', ORG, id],
  'users delete': (id) => ['users', 'delete', ORG, id, '--yes'],
  'users set-kyc': (id) => ['users', 'set-kyc', ORG, id, 'approved'],
  'users set-role': (id) => ['users', 'set-role', ORG, id, 'admin'],
  'sessions revoke': (id) => ['sessions', 'revoke', id, '--yes'],
  'sessions revoke --org': (id) => ['sessions', 'revoke', '--org', id, '--user', USER, '--yes'],
  'sessions revoke --user': (id) => ['sessions', 'revoke', '--org', ORG, '--user', id, '--yes'],
  'audit tail --org': (id) => ['audit', 'tail', '--org', id],
  '--project': (id) => ['orgs', 'list', '--project', id],
};

const LEAVES = [
  ...['create', 'list', 'show', 'suspend', 'resume', 'revoke', 'delete'].map((name) => ['orgs', name]),
  ...['issue', 'rotate', 'revoke', 'list'].map((name) => ['credentials', name]),
  ...['create', 'list', 'rotate', 'revoke'].map((name) => ['apps', name]),
  ...['list', 'show', 'suspend', 'resume', 'delete', 'set-kyc', 'set-role'].map((name) => ['users', name]),
  ['sessions', 'revoke'],
  ['audit', 'tail'],
  ['doctor'],
];

describe('The command line', () => {
  let desk: AdminDesk;
  beforeEach(() => {
    desk = new AdminDesk();
  });

  for (const [name, args] of Object.entries(WITH_ID))
    it(`T-04: refuses ids of a bad shape before it connects to anything: ${name}`, async () => {
      for (const id of BAD_IDS) {
        const run = await desk.run(...args(id));
        expectRefusal(run, 2, /^error: /);
        if (id.length > 4) expect(run.err, 'what was typed').to.not.contain(id);
      }
      expect(desk.connected).to.deep.equal([]);
    });

  for (const leaf of LEAVES)
    it(`helps with an example: ${leaf.join(' ')} --help`, async () => {
      const { code, out, err } = await desk.run(...leaf, '--help');
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.contain(`Usage: npm run admin -- ${leaf.join(' ')} `);
      expect(out).to.contain(`Example:\n  npm run admin -- ${leaf.join(' ')}`);
      for (const option of ['--project', '--json', '--yes']) expect(out).to.contain(option);
      expect(desk.connected).to.deep.equal([]);
    });

  it('lists the commands', async () => {
    const { code, out } = await desk.run('--help');
    expect(code).to.equal(0);
    for (const noun of ['orgs', 'credentials', 'apps', 'users', 'sessions', 'audit', 'doctor'])
      expect(out).to.match(new RegExp(`^  ${noun} `, 'm'));
  });

  for (const [title, args] of Object.entries({
    'no command': [],
    'half a command': ['orgs'],
    'an unknown one': ['orgs', 'shwo', ORG],
    'no argument': ['orgs', 'show'],
    'an argument too many': ['orgs', 'show', ORG, ORG],
    'an unknown option': ['orgs', 'list', '--all'],
    'an option without its value': ['orgs', 'list', '--project'],
    'a value that is none of the choices': ['users', 'set-kyc', ORG, USER, 'maybe'],
    'a local project': ['orgs', 'list', '--project', 'demo-gatehouse'],
  }))
    it(`ends with 2: ${title}`, async () => {
      const { code, out, err } = await desk.run(...args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.match(/^(error: |Usage: )/);
      expect(desk.connected).to.deep.equal([]);
    });

  it('tells what was meant, and how to learn more', async () => {
    const { err } = await desk.run('orgs', 'shwo', ORG);
    expect(err)
      .to.match(/Did you mean show\?/)
      .and.match(/--help/);
  });

  it('connects to the project, wherever on the line it stands', async () => {
    await desk.done('--project', 'acme-live', 'orgs', 'list');
    await desk.done('orgs', 'list', '--project', 'acme-live');
    await desk.done('orgs', 'list');
    expect(desk.connected).to.deep.equal(['acme-live', 'acme-live', null]);
  });

  it('says what is wrong when it can not connect', async () => {
    desk.connect = async () => Promise.reject(new CliError('There is no stack.\nStart one.'));
    expectRefusal(await desk.run('orgs', 'list'), 1, /^error: There is no stack\.\n {7}Start one\.\n$/);
    desk.connect = async () => Promise.reject(new FindingError(failed('No access.', 'Log in.')));
    expectRefusal(await desk.run('orgs', 'list', '--json'), 1, /^error: No access\.\n {7}Log in\.\n$/);
  });

  it('says nothing of an error that was not foreseen but its kind', async () => {
    desk.connect = async () => Promise.reject(new TypeError('canary gh_secret_live_abc'));
    const run = await desk.run('orgs', 'list');
    expectRefusal(run, 1, /not foreseen \(TypeError\)/);
    expect(run.err).to.not.contain('canary');
  });

  it('tells an outage from a refusal by Google', async () => {
    const list = (error: unknown) => {
      desk.ports.orgs.list = async () => Promise.reject(error);
    };
    list(new UnavailableError());
    expectRefusal(await desk.run('orgs', 'list'), 1, /does not answer.*npm start/);
    expectRefusal(
      await desk.run('orgs', 'list', '--project', 'acme-live'),
      1,
      /npm run admin -- doctor --project acme-live/,
    );
    const denied = Object.assign(new Error('7 PERMISSION_DENIED: canary'), { code: 7 });
    list(new UnavailableError(new Error('outer', { cause: denied })));
    const refused = await desk.run('orgs', 'list', '--project', 'acme-live');
    expectRefusal(refused, 1, /does not let your account do this in acme-live/);
    expect(refused.err).to.not.contain('canary');
  });

  it('ends with 130 when it is interrupted, and says what to know', async () => {
    const { orgId: id } = await desk.org();
    desk.services.deletion.run = () => {
      desk.interruption.abort();
      return new Promise(() => {});
    };
    const run = await desk.run('orgs', 'delete', id, '--yes');
    expectRefusal(run, 130, new RegExp(`^error: It is half deleted\\..*orgs delete ${id}`));
  });

  it('T-04: takes no secret for a key, and does not repeat it', async () => {
    const { secret } = await desk.org();
    const run = await desk.run('credentials', 'revoke', secret, '--yes');
    expectRefusal(run, 2, /no credential key/);
    expect(run.err).to.not.contain(secret);
    expectRefusal(await desk.run('credentials', 'revoke', KEY, '--yes'), 1, /There is no credential of this key/);
  });
});
