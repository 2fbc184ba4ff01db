import { expect } from 'chai';
import { expectStatus } from './support/api-client.js';
import { eventually } from './support/background-triggers.js';
import { askUntilServed } from './support/calm-race.js';
import { startEmulatorApp, type TestApp } from './support/describe-app.js';
import { parseLines } from './support/log-lines.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const REQUESTS = 20;

describe('L-01: the log of the built function, under the server that production runs', () => {
  let app: TestApp;
  let served: ServedApp;
  before(async () => {
    app = await startEmulatorApp();
    served = await startServedApp(1);
  });
  after(async () => {
    // One that did not start must not keep the run from ending.
    await Promise.all([served?.served.stop(), app?.close()]);
  });

  it('is a line of JSON for each request, and nothing of anybody else', async () => {
    const org = await app.provision();
    const introspect = (id: string) => {
      const headers = { 'x-request-id': id };
      return served.api.request('/partner/auth/introspect', { org, body: { token: '' }, headers });
    };
    // Known from here on, so that no deadline is missed on a busy machine.
    expectStatus(await askUntilServed(() => introspect('first')), 200);
    await eventually('its line', async () => served.output.some((line) => /"first".*"ok"/.test(line)));
    const from = served.output.length;
    const requests = Array.from({ length: REQUESTS }, (_, index) => introspect(`served-${index}`));
    for (const response of await Promise.all(requests)) expectStatus(response, 200);
    await eventually('their lines', async () => served.output.length >= from + REQUESTS);
    const lines = parseLines(served.output.slice(from).map((line) => `${line}\n`));
    const ids = lines.map(({ requestId }) => requestId);
    expect(ids).to.have.members(Array.from({ length: REQUESTS }, (_, index) => `served-${index}`));
    for (const line of lines) expect(line).to.include({ message: 'request', outcome: 'ok', orgId: org.org.orgId });
  });
});
