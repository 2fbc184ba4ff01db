import { expect } from 'chai';
import { newOrg } from '../../test/support/records.js';
import { expectCode, testKeyring } from '../../test/support/unit-fixtures.js';
import { MemoryOutbox, MemoryQueue } from '../adapters/memory/memory-delivery.js';
import { DeliveryFailedError } from '../errors/gatehouse-error.js';
import type { OrgRecord } from '../orgs/org-record.js';
import { DEFAULT_ORG_SETTINGS } from '../orgs/org-settings.js';
import { FieldCipher } from '../pii/field-cipher.js';
import { DeliveryService } from './delivery-service.js';
import { type CodeMessage, senderOf } from './message.js';
import { render } from './templates.js';

const EMAIL = { kind: 'email', value: 'ada@acme.com' } as const;
const PHONE = { kind: 'phone', value: '+12025550143' } as const;

function messageOf(org: OrgRecord, to: CodeMessage['to'] = EMAIL): CodeMessage {
  return { to, purpose: 'login', code: '012345', lifetimeSeconds: 600, ...senderOf(org) };
}

function setUp() {
  const sender = new MemoryOutbox();
  const queue = new MemoryQueue();
  const delivery = new DeliveryService({ sender, queue, cipher: new FieldCipher(testKeyring('data')) });
  const drain = () => queue.drain((payload) => delivery.deliverQueued(payload));
  return { sender, queue, delivery, drain };
}

describe('What an org sends', () => {
  it('comes from the name it has set, or its own', () => {
    const named = { settings: { ...DEFAULT_ORG_SETTINGS, senderName: 'Acme Pay' }, name: 'Acme Inc' };
    expect(render(messageOf(newOrg(named)))).to.include({ subject: 'Your login code for Acme Pay' });
    expect(render(messageOf(newOrg(named))).text)
      .to.include('your Acme Pay code')
      .and.not.to.include('Acme Inc');
    expect(render(messageOf(newOrg({ name: 'Acme Inc' }), PHONE)).text).to.include('your Acme Inc code');
  });

  it('leaves at once or from the queue where the org is live', async () => {
    const { sender, delivery, drain } = setUp();
    await delivery.sendNow(messageOf(newOrg()));
    await delivery.sendLater(messageOf(newOrg()), false);
    await drain();
    expect(sender.messages).to.have.length(2);
  });

  it('leaves neither way where it is one for tests', async () => {
    const { sender, queue, delivery, drain } = setUp();
    for (const to of [EMAIL, PHONE]) {
      await delivery.sendNow(messageOf(newOrg({ environment: 'test' }), to));
      await delivery.sendLater(messageOf(newOrg({ environment: 'test' }), to), false);
    }
    expect(queue.payloads, 'queued alike').to.have.length(2);
    await drain();
    expect(sender.messages).to.deep.equal([]);
  });

  it('does not fail for want of a provider where it is one for tests', async () => {
    const { queue } = setUp();
    const sender = { send: () => Promise.reject(new DeliveryFailedError()) };
    const delivery = new DeliveryService({ sender, queue, cipher: new FieldCipher(testKeyring('data')) });
    await expectCode(delivery.sendNow(messageOf(newOrg())), 'delivery_failed');
    await delivery.sendNow(messageOf(newOrg({ environment: 'test' })));
  });

  it('is as long in the queue whoever it goes to, and whether or not anybody is there', async () => {
    const { queue, delivery } = setUp();
    const org = newOrg({ name: 'N'.repeat(100) });
    const longest = { kind: 'email', value: `${'a'.repeat(240)}@example.com` } as const;
    for (const to of [EMAIL, PHONE, longest])
      for (const suppressed of [true, false]) await delivery.sendLater(messageOf(org, to), suppressed);
    expect(new Set(queue.payloads.map(({ length }) => length)).size).to.equal(1);
  });
});
