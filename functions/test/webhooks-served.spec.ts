import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { webhooks } from '../src/http/webhooks/index.js';
import { expectStatus } from './support/api-client.js';
import { askUntilServed } from './support/calm-race.js';
import { startEmulatorApp, type TestApp } from './support/describe-app.js';
import { newProviderKeys, PROVIDER_KEYS, PUBLIC_URL } from './support/provider-signer.js';
import { type ServedApp, startServedApp } from './support/served-app.js';
import { callWebhook, deliveryOf, expectForbidden, genuine, webhookSample } from './support/webhook-samples.js';

const CONFIGURED = {
  PUBLIC_URL,
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: PROVIDER_KEYS.twilioAuthToken,
  TWILIO_SENDER: `MG${'0a'.repeat(16)}`,
  SENDGRID_WEBHOOK_KEY: PROVIDER_KEYS.sendgrid.publicKey,
};

/** functions-framework, production's server, reads bodies before we do, and is called by another name than the public one. */
describe('Reports of providers, to the production server', () => {
  let app: TestApp;
  let production: ServedApp;
  let bare: ServedApp;
  before(async () => {
    app = await startEmulatorApp();
    [production, bare] = [await startServedApp(1, CONFIGURED), await startServedApp(1)];
  });
  after(async () => {
    // One that did not start must not keep the run from ending.
    await Promise.all([production?.served.stop(), bare?.served.stop(), app?.close()]);
  });

  for (const webhook of webhooks) {
    describe(`POST ${webhook.path}`, () => {
      const { sign } = webhookSample(webhook);

      it('are taken when they are signed', async () => {
        const { id, ...request } = genuine(webhook);
        expectStatus(await askUntilServed(() => callWebhook(production, webhook, request)), 204);
        expect(await deliveryOf(app, id)).to.include({ status: 'delivered', provider: webhook.provider });
      });

      it('W-03: are refused when they are forged', async () => {
        const { id, ...request } = genuine(webhook);
        for (const headers of [{}, sign(request, newProviderKeys()), sign({ ...request, raw: '' })])
          expectForbidden(await callWebhook(production, webhook, { ...request, headers }));
        expect(await deliveryOf(app, id)).to.equal(null);
      });

      it('are refused while they are not configured', async () => {
        expectForbidden(await callWebhook(bare, webhook, genuine(webhook)));
      });

      it('H-03: are refused when they are too large, of another type, or compressed', async () => {
        const { query, raw } = genuine(webhook);
        const tooLarge = { query, raw: 'x'.repeat(webhook.body.maxBytes + 1) };
        expectStatus(await callWebhook(production, webhook, { ...tooLarge, headers: sign(tooLarge) }), 413);
        const text = { ...sign({ query, raw }), 'content-type': 'text/plain' };
        expectStatus(await callWebhook(production, webhook, { query, raw, headers: text }), 415);
        const zipped = { query, raw: gzipSync(raw) };
        const headers = { ...sign(zipped), 'content-encoding': 'gzip' };
        expectStatus(await callWebhook(production, webhook, { ...zipped, headers }), 415);
      });

      it('D-04: leave no contact, code or signature in the log', async () => {
        const { id: _, ...request } = genuine(webhook);
        expectStatus(await askUntilServed(() => callWebhook(production, webhook, request)), 204);
        const log = production.output.join('\n');
        for (const canary of ['2025550143', 'ada@', ...Object.values(request.headers)])
          expect(log, canary).not.to.include(canary);
      });
    });
  }
});
