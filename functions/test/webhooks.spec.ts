import { expect } from 'chai';
import { webhooks } from '../src/http/webhooks/index.js';
import { expectStatus, type TestOrg } from './support/api-client.js';
import { describeApp } from './support/describe-app.js';
import { eachShape } from './support/document-shapes.js';
import { FirestoreProbe } from './support/firestore-probe.js';
import { callWebhook, deliveryOf, genuine } from './support/webhook-samples.js';

const FIELDS = [
  ...['orgId', 'purpose', 'channel', 'status', 'provider', 'providerId', 'error', 'priceClass', 'contactHash'],
  ...['contactMask', 'tries', 'retryAt', 'createdAt', 'updatedAt', 'purgeAt'],
];

describeApp('Reports of providers, on the emulators', (app) => {
  let org: TestOrg;
  let probe: FirestoreProbe;
  before(async () => {
    probe = new FirestoreProbe();
    await probe.empty();
    org = await app().provision();
  });
  after(() => probe.close());

  for (const webhook of webhooks) {
    describe(`POST ${webhook.path}`, () => {
      const by = webhook.provider === 'twilio' ? 'phone_number' : 'email';

      it('tells what became of a code that somebody was sent, and W-03: ten times the same', async () => {
        const { scenario, services, outbox } = app();
        const user = await scenario.register(org);
        await scenario.sendLoginCode(org, user, by);
        await services.background.idle();
        const message = outbox.messages.findLast(({ to }) => to === user[by]);
        if (message === undefined) throw new Error('no message was sent');
        const sent = await deliveryOf(app(), message.id);
        expect(sent).to.include({ status: 'sent', orgId: org.org.orgId, purpose: 'login' });
        const contact = by === 'email' ? { email: user.email } : { To: user.phone_number };
        const { id: _, ...report } = genuine(webhook, message.id, { org: org.org.orgId, ...contact });
        expectStatus(await callWebhook(app(), webhook, report), 204);
        const told = await deliveryOf(app(), message.id);
        const { providerId } = told ?? {};
        expect({ ...told, version: '', updatedAt: 0 }).to.deep.equal({
          ...sent,
          status: 'delivered',
          provider: webhook.provider,
          providerId,
          version: '',
          updatedAt: 0,
        });
        app().clock.advance(1_000);
        await Promise.all(
          Array.from({ length: 10 }, async () => expectStatus(await callWebhook(app(), webhook, report), 204)),
        );
        expect(await deliveryOf(app(), message.id)).to.deep.equal(told);
      });

      it('makes one record of a message that it knows nothing of, however many reports there are at once', async () => {
        const { id, ...report } = genuine(webhook);
        const answers = await Promise.all(Array.from({ length: 10 }, () => callWebhook(app(), webhook, report)));
        for (const answer of answers) expectStatus(answer, 204);
        expect(await deliveryOf(app(), id)).to.include({ status: 'delivered', provider: webhook.provider });
        const paths = (await probe.dump()).map(({ path }) => path);
        expect(paths.filter((path) => path.includes(id))).to.deep.equal([`deliveries/${id}`]);
      });

      for (const field of FIELDS)
        it(`is written down, though the ${field} of the record is spoilt`, () =>
          eachShape(field, async (spoilt) => {
            const { id, ...report } = genuine(webhook);
            expectStatus(await callWebhook(app(), webhook, report), 204);
            await probe.write(`deliveries/${id}`, { status: 'sent' });
            await probe.write(`deliveries/${id}`, spoilt);
            expectStatus(await callWebhook(app(), webhook, report), 204);
            expect((await deliveryOf(app(), id))?.status).to.equal('delivered');
          }));
    });
  }
});
