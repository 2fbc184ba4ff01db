import { expect } from 'chai';
import { deliveryId } from '../src/delivery/delivery-id.js';
import { UnavailableError } from '../src/errors/gatehouse-error.js';
import { createApp } from '../src/http/app.js';
import { webhooks } from '../src/http/webhooks/index.js';
import { expectStatus } from './support/api-client.js';
import { masked } from './support/declared.js';
import { describeMemoryApp } from './support/describe-app.js';
import { serveApp } from './support/extra-routes.js';
import { newProviderKeys } from './support/provider-signer.js';
import {
  type Callback,
  callWebhook,
  deliveryOf,
  expectForbidden,
  genuine,
  webhookSample,
} from './support/webhook-samples.js';

/**
 * The same for every webhook, made from its declaration.
 * @see security.md W-03
 */
describeMemoryApp('Battery: every webhook and its signature', (app) => {
  for (const webhook of webhooks) {
    describe(`POST ${webhook.path}`, () => {
      const { sign, encode, fields, earlier } = webhookSample(webhook);
      const call = (callback: Callback & { readonly headers?: Readonly<Record<string, string>> }) =>
        callWebhook(app(), webhook, callback);
      const statusOf = async (id: ReturnType<typeof deliveryId.generate>) => (await deliveryOf(app(), id))?.status;

      it('takes what the provider has signed, and answers nothing', async () => {
        const { id, ...request } = genuine(webhook);
        const response = expectStatus(await call(request), 204);
        expect(response.text).to.equal('');
        expect(response.headers.get('cache-control')).to.equal('no-store');
        expect(response.headers.get('content-type') ?? response.headers.get('set-cookie')).to.equal(null);
        expect(await statusOf(id)).to.equal('delivered');
      });

      it('W-03: refuses what is not signed as it is, with one and the same 403', async () => {
        const request = genuine(webhook);
        const answers = new Map<string, unknown>();
        for (const [name, headers] of Object.entries(forgeries(request)))
          answers.set(name, masked(expectForbidden(await call({ ...request, headers }))));
        for (const [name, answer] of answers) expect(answer, name).to.deep.equal(answers.get('no signature'));
        expect(await deliveryOf(app(), request.id)).to.equal(null);
      });

      /** Headers that prove nothing of this request. */
      function forgeries(request: ReturnType<typeof genuine>): Record<string, Readonly<Record<string, string>>> {
        const { headers, query } = request;
        const { query: otherQuery, raw: otherRaw } = encode({ ...fields(deliveryId.generate()), ...earlier });
        const each = (change: (value: string) => string) =>
          webhook.signatureHeaders.map((name) => ({ ...headers, [name]: change(headers[name] ?? '') }));
        const spoilt = [
          ...each(() => ''),
          ...each(() => 'x'),
          ...each((value) => value.slice(1)),
          ...each((value) => `${value},${value}`),
          ...each((value) => Buffer.from(value).toString('base64')),
          ...each(() => 'x'.repeat(5_000)),
          ...each(() => '\u00e9'),
        ];
        return {
          'no signature': {},
          'of another key': sign(request, newProviderKeys()),
          'of another body': sign({ query, raw: otherRaw }),
          'of another message': sign({ query: otherQuery, raw: otherRaw }),
          'of an empty body': sign({ query, raw: '' }),
          ...Object.fromEntries(spoilt.map((bad, index) => [`spoilt ${index}`, bad])),
        };
      }

      it('refuses a request whose body or query was changed on the way', async () => {
        const { headers, ...request } = genuine(webhook);
        const changed = [
          { ...request, raw: `${request.raw} ` },
          { ...request, raw: String(request.raw).replace('delivered', 'bounce') },
          { ...request, raw: '' },
          ...(request.query === ''
            ? []
            : [
                { ...request, query: '' },
                { ...request, query: `${request.query}&a=1` },
              ]),
          ...(request.query === '' ? [] : [{ ...request, query: request.query.replace('login', 'password_reset') }]),
        ];
        for (const callback of changed) expectForbidden(await call({ ...callback, headers }));
        expect(await deliveryOf(app(), request.id)).to.equal(null);
      });

      it('tells whoever has not signed nothing about bodies', async () => {
        const expected = masked(expectForbidden(await call({ query: '', raw: '' })));
        const headers = sign(genuine(webhook), newProviderKeys());
        const bodies = ['', '{', '[]', 'a=1', '\u0000', 'x'.repeat(10_000)];
        for (const raw of bodies)
          for (const given of [{}, headers])
            expect(masked(expectForbidden(await call({ query: '', raw, headers: given })))).to.deep.equal(expected);
        const huge = 'x'.repeat(webhook.body.maxBytes + 1);
        expect(masked(expectForbidden(await call({ query: '', raw: huge })))).to.deep.equal(expected);
      });

      it('refuses everything while the provider is not configured', async () => {
        const { services, clock } = app();
        const callbacks = { twilio: null, sendgrid: null };
        const bare = await serveApp(
          createApp({
            services: { ...services, callbacks },
            routes: [],
            webhooks,
            clock,
            logger: { log: () => {} },
            projectId: 'demo-gatehouse',
            nameClient: () => 'client',
          }),
        );
        const response = await callWebhook(bare, webhook, genuine(webhook));
        await bare.close();
        expectForbidden(response);
      });

      it('believes no header that says where it was called', async () => {
        const { id, headers, ...request } = genuine(webhook);
        const spoofed = { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'http', forwarded: 'host=evil' };
        expectStatus(await call({ ...request, headers: { ...headers, ...spoofed } }), 204);
        expect(await statusOf(id)).to.equal('delivered');
      });

      it('W-03: takes a replay ten times for once', async () => {
        const { id, ...request } = genuine(webhook);
        expectStatus(await call(request), 204);
        const once = await deliveryOf(app(), id);
        app().clock.advance(1_000);
        await Promise.all(Array.from({ length: 10 }, async () => expectStatus(await call(request), 204)));
        expect(await deliveryOf(app(), id)).to.deep.equal(once);
      });

      it('does not go back to what was told late', async () => {
        const { id, ...request } = genuine(webhook);
        const { id: _, ...before } = genuine(webhook, id, earlier);
        for (const one of [before, request]) expectStatus(await call(one), 204);
        const once = await deliveryOf(app(), id);
        expect(once?.status).to.equal('delivered');
        expectStatus(await call(before), 204);
        expect(await deliveryOf(app(), id)).to.deep.equal(once);
      });

      it('answers 503 while the store is down, so that the provider tells again', async () => {
        const { deliveries } = app().ports;
        const { id, ...request } = genuine(webhook);
        const find = deliveries.find;
        deliveries.find = async () => {
          throw new UnavailableError();
        };
        const response = await call(request);
        deliveries.find = find;
        expectStatus(response, 503);
        expect(response.body.code).to.equal('unavailable');
        expect(response.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
        expectStatus(await call(request), 204);
        expect(await statusOf(id)).to.equal('delivered');
      });
    });
  }
});
