import { expect } from 'chai';
import { expectCode, rejection, testKeyring } from '../../test/support/unit-fixtures.js';
import { MemoryOutbox, MemoryQueue } from '../adapters/memory/memory-delivery.js';
import { DeliveryFailedError, UnavailableError } from '../errors/gatehouse-error.js';
import { FieldCipher } from '../pii/field-cipher.js';
import { DeliveryService } from './delivery-service.js';
import type { CodeMessage } from './message.js';

const MESSAGE: CodeMessage = {
  to: { kind: 'email', value: 'ada@example.com' },
  purpose: 'password_reset',
  code: '012345',
  lifetimeSeconds: 600,
  orgId: 'org_a',
  environment: 'live',
  senderName: 'Acme',
};

function setUp(keys = testKeyring('data')) {
  const sender = new MemoryOutbox();
  const queue = new MemoryQueue();
  const cipher = new FieldCipher(keys);
  return { sender, queue, cipher, delivery: new DeliveryService({ sender, queue, cipher }) };
}

describe('DeliveryService', () => {
  it('sends at once', async () => {
    const { sender, queue, delivery } = setUp();
    await delivery.sendNow(MESSAGE);
    expect(sender.messages).to.have.length(1);
    expect(sender.messages[0]).to.include({ to: 'ada@example.com', code: '012345' });
    expect(queue.payloads).to.deep.equal([]);
  });

  it('queues, and sends the same message from there', async () => {
    const { sender, queue, delivery } = setUp();
    await delivery.sendNow(MESSAGE);
    await delivery.sendLater(MESSAGE, false);
    expect(sender.messages, 'nothing goes out in the request').to.have.length(1);
    await queue.drain((payload) => delivery.deliverQueued(payload));
    expect(sender.messages[1]).to.deep.equal(sender.messages[0]);
  });

  it('drops a suppressed message at the end of the queue', async () => {
    const { sender, queue, delivery } = setUp();
    await delivery.sendLater(MESSAGE, true);
    expect(queue.payloads).to.have.length(1);
    await queue.drain((payload) => delivery.deliverQueued(payload));
    expect(sender.messages).to.deep.equal([]);
  });

  it('seals what is queued: no code, no contact, no name in it, in any encoding', async () => {
    const { queue, delivery } = setUp();
    for (const suppressed of [true, false]) await delivery.sendLater(MESSAGE, suppressed);
    for (const payload of queue.payloads) {
      const decoded = Buffer.from(payload.slice(3), 'base64url').toString('latin1');
      for (const secret of [MESSAGE.code, MESSAGE.to.value, 'Acme', 'org_a', 'suppressed'])
        for (const text of [secret, Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')])
          expect(payload + decoded).not.to.include(text);
    }
  });

  it('makes payloads whose length tells next to nothing: one character between sent and suppressed', async () => {
    const { queue, delivery } = setUp();
    for (const suppressed of [true, false]) await delivery.sendLater(MESSAGE, suppressed);
    const [a = '', b = ''] = queue.payloads;
    expect(Math.abs(a.length - b.length)).to.be.at.most(2);
  });

  it('takes nothing from the queue that it did not seal', async () => {
    const { sender, cipher, delivery } = setUp();
    const forged = JSON.stringify({ suppressed: false, message: MESSAGE });
    const elsewhere = cipher.encrypt({ poolId: 'org_a', uid: 'usr_a', field: 'metadata' }, forged);
    const foreign = new FieldCipher(testKeyring('another')).encrypt(
      { poolId: 'queue', uid: 'deliver', field: 'payload' },
      forged,
    );
    for (const payload of ['', forged, elsewhere, foreign])
      expect(await rejection(delivery.deliverQueued(payload))).to.be.instanceOf(Error);
    expect(sender.messages).to.deep.equal([]);
  });

  it('reads what was queued before the key was rotated', async () => {
    const before = setUp(testKeyring('data', 1));
    await before.delivery.sendLater(MESSAGE, false);
    const after = setUp(testKeyring('data', 1, 2));
    for (const payload of before.queue.payloads) await after.delivery.deliverQueued(payload);
    expect(after.sender.messages).to.have.length(1);
  });

  it('fails when the provider or the queue does, so that the queue and the caller know', async () => {
    const { cipher, queue, delivery } = setUp();
    const failing = new DeliveryService({
      cipher,
      sender: { send: () => Promise.reject(new DeliveryFailedError()) },
      queue: { enqueue: () => Promise.reject(new UnavailableError()) },
    });
    await expectCode(failing.sendNow(MESSAGE), 'delivery_failed');
    await expectCode(failing.sendLater(MESSAGE, false), 'unavailable');
    await delivery.sendLater(MESSAGE, false);
    await expectCode(failing.deliverQueued(queue.payloads[0] ?? ''), 'delivery_failed');
  });
});
