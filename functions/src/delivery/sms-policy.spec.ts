import { expect } from 'chai';
import { EMAIL, orgWith, PHONE } from '../../test/support/delivery-desk.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import type { OrgSettings } from '../orgs/org-settings.js';
import { assertMaySend, prefixOf, priceClassOf } from './sms-policy.js';

const phone = (value: string): Contact => ({ kind: 'phone', value });
const maySend = (to: Contact, settings: Partial<OrgSettings> = {}) => assertMaySend(orgWith(settings), to);

describe('Whom text messages go to', () => {
  it('is who has a number of the org’s own country, unless it lists others', async () => {
    await maySend(PHONE);
    await expectCode(maySend(phone('+447912345678')), 'sms_not_allowed');
    await maySend(phone('+447912345678'), { defaultCountry: 'GB' });
    await expectCode(maySend(PHONE, { defaultCountry: 'GB' }), 'sms_not_allowed');
    await maySend(phone('+447912345678'), { smsCountries: ['FR', 'GB'] });
    await expectCode(maySend(PHONE, { smsCountries: ['FR', 'GB'] }), 'sms_not_allowed');
  });

  it('is not who shares the calling code from another country', async () => {
    await expectCode(maySend(phone('+18764567890')), 'sms_not_allowed');
    await expectCode(maySend(phone('+77011234567'), { smsCountries: ['RU'] }), 'sms_not_allowed');
  });

  it('is nobody at a premium, shared-cost or VoIP number of a country that is open', async () => {
    for (const number of ['+19005551234', '+18005551234', '+15005551234'])
      await expectCode(maySend(phone(number)), 'sms_not_allowed');
    await expectCode(maySend(phone('+447011123456'), { smsCountries: ['GB'] }), 'sms_not_allowed');
    await expectCode(maySend(phone('+88216123456'), { smsCountries: ['US', 'GB'] }), 'sms_not_allowed');
  });

  it('says nothing about e-mail', async () => {
    await maySend(EMAIL, { smsCountries: ['FR'] });
  });

  it('is nobody, by e-mail neither, behind the kill switch', async () => {
    for (const to of [EMAIL, PHONE]) await expectCode(maySend(to, { sendMessages: false }), 'sending_stopped');
  });

  it('tells what the provider charges by: the country, or the code that several share', async () => {
    expect(await priceClassOf(PHONE)).to.equal('sms_US');
    expect(await priceClassOf(phone('+447912345678'))).to.equal('sms_GB');
    expect(await priceClassOf(phone('+12002345678'))).to.equal('sms_+1');
    expect(await priceClassOf(phone('+88216123456'))).to.equal('sms_+882');
    expect(await priceClassOf(EMAIL)).to.equal('email');
  });

  it('has a prefix: the block of ten thousand that a number stands in', () => {
    expect(prefixOf('+12025013456')).to.equal('+1202501');
    expect(prefixOf('+12025019999')).to.equal(prefixOf('+12025010000'));
    expect(prefixOf('+12025020000')).not.to.equal(prefixOf('+12025019999'));
  });
});
