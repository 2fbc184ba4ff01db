import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { isWork } from './support/idempotent.js';
import { lineOf, requestLines } from './support/log-lines.js';

const LOGIN = '/partner/auth/login';

describeApp('L-01: clients that go away', (app) => {
  let org: TestOrg;
  before(async () => {
    org = await app().provision();
  });
  afterEach(() => {
    app().backends.fault = undefined;
  });

  /** Sends a request, hangs up while it is being worked on, and lets the work go on. */
  async function hangUpDuring(body: string): Promise<void> {
    let goOn = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const isHeld = new Promise<void>((resolve) => {
      app().backends.fault = async (call, proceed) => {
        if (!isWork(call)) return proceed();
        resolve();
        await mayGoOn;
        return proceed();
      };
    });
    const { outgoing, isClosed } = begin(Buffer.byteLength(body));
    outgoing.end(body);
    await isHeld;
    outgoing.destroy();
    await isClosed;
    // The server is told a moment later.
    await sleep(100);
    goOn();
  }

  function begin(length: number, more: Readonly<Record<string, string>> = {}) {
    const { key, secret } = org.credential;
    const headers = {
      'content-type': 'application/json',
      'content-length': length,
      'x-partner-key': key,
      'x-partner-secret': secret,
      ...more,
    };
    const outgoing = httpRequest(`${app().api.baseUrl}${LOGIN}`, { method: 'POST', headers, agent: false });
    outgoing.on('error', () => {});
    return { outgoing, isClosed: new Promise((resolve) => outgoing.once('close', resolve)) };
  }

  it('before the answer: one line, when the work has ended, and it says how', async () => {
    const user = await app().scenario.register(org);
    for (const [password, outcome, status] of [
      [user.password, 'ok', 200],
      ['wrong one', 'invalid_credentials', 401],
    ] as const) {
      const from = app().logs.length;
      await hangUpDuring(JSON.stringify({ email: user.email, password }));
      const [line] = await requestLines(app(), from);
      expect(line).to.deep.include({ event: 'login.code_sent', outcome, status, unheard: true });
      expect(line?.['orgId']).to.equal(org.org.orgId);
    }
  });

  it('in the middle of its body: one line', async () => {
    const from = app().logs.length;
    const { outgoing, isClosed } = begin(100, { expect: '100-continue' });
    // The server has read the headers.
    await once(outgoing, 'continue');
    outgoing.write('{"email":');
    outgoing.destroy();
    await isClosed;
    const [line] = await requestLines(app(), from);
    expect(line).to.deep.include({ route: `POST ${LOGIN}`, outcome: 'invalid_request', unheard: true });
  });

  it('after the answer: nothing but the one line', async () => {
    const { line } = await lineOf(app(), async () => {
      expectStatus(await app().api.post(org, '/partner/auth/introspect', { token: '' }), 200);
    });
    expect(line).not.to.have.property('unheard');
  });
});
