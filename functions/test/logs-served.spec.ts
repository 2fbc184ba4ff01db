import { expect } from 'chai';
import { expectStatus } from './support/api-client.js';
import { startEmulatorApp, type TestApp } from './support/describe-app.js';
import { parseLines } from './support/log-lines.js';
import { type ServedApp, startServedApp } from './support/served-app.js';

const REQUESTS = 20;
const WAIT_MS = 50;
const WAITS = 100;

describe('L-01: the log of the built function, under the server that production runs', function () {
  this.timeout(60_000);
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
    const from = served.output.length;
    const requests = Array.from({ length: REQUESTS }, (_, index) => {
      const headers = { 'x-request-id': `served-${index}` };
      const request = { org, body: { token: '' }, headers };
      return served.api.request('/partner/auth/introspect', request);
    });
    for (const response of await Promise.all(requests)) expectStatus(response, 200);
    for (let left = WAITS; left > 0 && served.output.length < from + REQUESTS; left -= 1)
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    const lines = parseLines(served.output.slice(from).map((line) => `${line}\n`));
    const ids = lines.map(({ requestId }) => requestId);
    expect(ids).to.have.members(Array.from({ length: REQUESTS }, (_, index) => `served-${index}`));
    for (const line of lines) expect(line).to.include({ message: 'request', outcome: 'ok', orgId: org.org.orgId });
  });
});
