import { expect } from 'chai';
import {
  codeMessage,
  DeliveryDesk,
  EMAIL,
  type Instance,
  orgWith,
  PHONE,
  phoneOf,
} from '../../test/support/delivery-desk.js';
import { HANDOVERS } from '../../test/support/scripted-provider.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import { HOUR_MS } from '../lib/clock.js';
import { deliveryId } from './delivery-id.js';
import type { Handover } from './message-sender.js';

describe('Handing a message to its provider', () => {
  let desk: DeliveryDesk;
  let instance: Instance;

  beforeEach(() => {
    desk = new DeliveryDesk({ smsPerDay: 2 });
    instance = desk.instance();
  });

  const hand = async (handover: Handover, to: Contact = PHONE) => {
    desk.provider.script[to.kind === 'phone' ? 'sms' : 'email'].push(handover);
    const result = await instance.dispatcher.hand(deliveryId.generate(), desk.org, codeMessage(to));
    await desk.background.idle();
    return result;
  };
  /** Whether another message may go there. */
  const reserve = (to: Contact) => instance.quotas.reserve(desk.org, to, 'login');

  it('puts it into the org’s words, and answers what the provider did', async () => {
    const org = orgWith({ senderName: 'Acme Pay' });
    expect(await instance.dispatcher.hand(deliveryId.generate(), org, codeMessage())).to.equal(HANDOVERS.accepted);
    const [{ message } = { message: null }] = desk.provider.handed;
    expect(message).to.include({ to: EMAIL.value, channel: 'email', purpose: 'login', code: '012345' });
    expect(message?.from).to.include({ name: 'Acme Pay' });
    expect(message?.text).to.include('012345');
  });

  it('costs nothing of the daily cap when there is no such number', async () => {
    await reserve(phoneOf(0));
    await reserve(phoneOf(1));
    await hand(HANDOVERS.badNumber, phoneOf(1));
    await reserve(phoneOf(2));
    await expectCode(reserve(phoneOf(3)), 'rate_limited');
  });

  it('costs nothing of it then even where the cap was reached before the provider answered', async () => {
    await reserve(phoneOf(0));
    await reserve(phoneOf(1));
    await expectCode(reserve(phoneOf(2)), 'rate_limited');
    await hand(HANDOVERS.badNumber, phoneOf(1));
    await reserve(phoneOf(2));
    await expectCode(reserve(phoneOf(3)), 'rate_limited');
  });

  for (const name of ['accepted', 'badMessage', 'keyRotated', 'serverError', 'timedOut', 'notTaken'] as const)
    it(`is paid for after ${name}`, async () => {
      await reserve(phoneOf(0));
      await reserve(phoneOf(1));
      await hand(HANDOVERS[name], phoneOf(1));
      await expectCode(reserve(phoneOf(2)), 'rate_limited');
    });

  it('leaves a whole block of numbers alone for an hour once the provider refuses to send there', async () => {
    await hand(HANDOVERS.regionOff, PHONE);
    const neighbour: Contact = { kind: 'phone', value: '+12025019999' };
    await expectCode(reserve(neighbour), 'rate_limited');
    await reserve(phoneOf(0));
    desk.clock.advance(HOUR_MS - 1);
    await expectCode(reserve(neighbour), 'rate_limited');
    desk.clock.advance(1);
    await reserve(neighbour);
  });

  for (const name of ['badNumber', 'badMessage', 'keyRotated', 'serverError', 'notTaken'] as const)
    it(`leaves nobody else alone after ${name}: one user who wants no messages is not their neighbours`, async () => {
      await hand(HANDOVERS[name], PHONE);
      await reserve({ kind: 'phone', value: '+12025019999' });
    });

  it('learns nothing about phones from an e-mail', async () => {
    await hand(HANDOVERS.regionOff, EMAIL);
    await hand(HANDOVERS.badNumber, EMAIL);
    expect(desk.limits.writes).to.deep.equal([]);
  });
});
