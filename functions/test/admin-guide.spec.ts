import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AdminTarget } from '../../tools/admin-target.js';
import { ROOT_DIR } from '../../tools/paths.js';
import { runAdmin } from '../src/admin/cli/admin-cli.js';
import type { CliWorld } from '../src/admin/cli/cli-world.js';
import { MINUTE_MS, systemClock } from '../src/lib/clock.js';
import { orgPool } from '../src/orgs/org-record.js';
import type { UserId } from '../src/users/user-id.js';
import { expectError } from './support/api-client.js';
import { eventually, turnTriggers } from './support/background-triggers.js';
import { describeApp } from './support/describe-app.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { testStack } from './support/global-stack.js';
import { GuideFollower } from './support/guide-follower.js';
import { sectionsOf } from './support/guide-steps.js';
import { BY } from './support/records.js';
import { expectCode } from './support/unit-fixtures.js';

const GUIDE = readFileSync(join(ROOT_DIR, 'docs', 'admin-guide.md'), 'utf8');

/** A terminal in which somebody reads along and answers as the guide says. */
function world(print: (text: string) => void): CliWorld {
  const target = new AdminTarget(() => testStack().env, {});
  return {
    terminal: {
      out: print,
      err: print,
      isOutSeen: true,
      canAsk: true,
      confirm: async () => true,
      ask: async (question) => /The org (.+) \(/.exec(question)?.[1] ?? '',
    },
    actor: { kind: 'cli', id: 'reader', from: 'laptop', requestId: 'guide' },
    clock: systemClock,
    signal: new AbortController().signal,
    sleep: async () => {},
    connect: (project) => target.connect(project),
    doctorTarget: (project) => target.doctorTarget(project),
  };
}

describeApp('docs/admin-guide.md: every step leads to what it says', (app) => {
  let probe: FirestoreProbe;
  let reader: GuideFollower;
  before(async () => {
    probe = new FirestoreProbe();
    await turnTriggers('on', testStack());
    // Each minute that is let pass comes after the last one: what an instance remembers is over then.
    let minutes = 0;
    const now = () => app().clock.advance(Date.now() - app().clock.now());
    const aMinuteLater = () => {
      minutes += 1;
      app().clock.advance(minutes * MINUTE_MS);
    };
    reader = new GuideFollower({ probe, admin, aMinuteLater, now });
    reader.placeholders.set('api', app().api.baseUrl);
  });
  after(async () => {
    await turnTriggers('off', testStack());
    await probe.close();
  });

  async function admin(words: readonly string[]): Promise<string> {
    let printed = '';
    const code = await runAdmin(
      words,
      world((more) => {
        printed += more;
      }),
    );
    expect(code, `${words.join(' ')}\n${printed}`).to.equal(0);
    return printed;
  }

  for (const { title, steps } of sectionsOf(GUIDE)) {
    it(title, async () => {
      for (const step of steps) await reader.follow(step);
    });
  }

  it('what it says of an org whose document somebody has deleted', async () => {
    const { org, credential } = await app().provision('Lost');
    await app().ports.orgs.remove(await app().services.orgs.get(org.orgId), []);
    expectError(await app().api.post({ org, credential }, '/partner/auth/introspect', {}), 401, 'invalid_client');
    await probe.write(`orgs/${org.orgId}`, { name: 'Lost' });
    const found = await eventually('it is back', () => app().ports.orgs.find(org.orgId));
    expect(found).to.deep.include({ tenantId: org.tenantId, status: 'active' });
    expect(await app().ports.credentials.listOf(org.orgId, 10)).to.have.length(2);
  });

  it('what it says of the switch of a tenant', async () => {
    const org = await app().provision('Switched');
    const user = await app().scenario.register(org);
    const session = await app().scenario.logIn(org, user);
    await switchTenant(org.org.tenantId, 'off');
    expect(await app().scenario.isLive(org, session)).to.equal(true);
    const pool = orgPool(org.org);
    const suspending = app().services.userAdmin.change(pool, user.userId as UserId, { status: 'suspended' }, BY);
    await expectCode(suspending, 'unavailable');
    expect(await admin(['doctor']).catch(String)).to.include(`sign-in is disabled in ${org.org.tenantId}`);
    await switchTenant(org.org.tenantId, 'on');
  });
});

async function switchTenant(tenantId: string, to: 'on' | 'off'): Promise<void> {
  const { projectId, authEmulator } = testStack();
  const tenant = `projects/${projectId}/tenants/${tenantId}`;
  const url = `http://${authEmulator}/identitytoolkit.googleapis.com/v2/${tenant}?updateMask=disableAuth`;
  const headers = { authorization: 'Bearer owner', 'content-type': 'application/json' };
  const { status } = await fetch(url, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ disableAuth: to === 'off' }),
  });
  expect(status).to.equal(200);
}
