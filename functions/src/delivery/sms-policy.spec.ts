import { expect } from 'chai';
import fc from 'fast-check';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { EMAIL, orgWith, PHONE } from '../../test/support/delivery-desk.js';
import { CALLING_CODES, numbersOf } from '../../test/support/phone-numbers.js';
import { expectCode } from '../../test/support/unit-fixtures.js';
import type { Contact } from '../contacts/contact.js';
import { planCountry } from '../contacts/phone-region.js';
import { GatehouseError } from '../errors/gatehouse-error.js';
import type { OrgSettings } from '../orgs/org-settings.js';
import { assertMaySend, prefixOf, priceClassOf } from './sms-policy.js';

const ALL_COUNTRIES: readonly string[] = getCountries();
const phone = (value: string): Contact => ({ kind: 'phone', value });
const maySend = (to: Contact, settings: Partial<OrgSettings> = {}) => assertMaySend(orgWith(settings), to);
const expectRefused = (number: string, smsCountries: readonly string[]) =>
  expectCode(maySend(phone(number), { smsCountries }), 'sms_not_allowed');

describe('Whom text messages go to', () => {
  it('is who has a number of the org’s own country, unless it lists others', async () => {
    await maySend(PHONE);
    await expectCode(maySend(phone('+447912345678')), 'sms_not_allowed');
    await maySend(phone('+447912345678'), { defaultCountry: 'GB' });
    await expectCode(maySend(PHONE, { defaultCountry: 'GB' }), 'sms_not_allowed');
    await maySend(phone('+447912345678'), { smsCountries: ['FR', 'GB'] });
    await expectRefused(PHONE.value, ['FR', 'GB']);
    await expectRefused(PHONE.value, []);
  });

  for (const [number, of, beside] of [
    ['+18764567890', 'JM', 'US'],
    ['+18094567890', 'DO', 'US'],
    ['+17875550143', 'PR', 'US'],
    ['+14165550143', 'CA', 'US'],
    ['+77011234567', 'KZ', 'RU'],
    ['+447781123456', 'GG', 'GB'],
    ['+447797123456', 'JE', 'GB'],
    ['+447624123456', 'IM', 'GB'],
    ['+262639012345', 'YT', 'RE'],
    ['+5993181234', 'BQ', 'CW'],
  ] as const)
    it(`is not who shares the calling code from another country: ${of} beside ${beside}`, async () => {
      await expectRefused(number, [beside]);
      await maySend(phone(number), { smsCountries: [of] });
    });

  it('is nobody at a number that may be in a country that is not open', async () => {
    await expectRefused('+447924512345', ['GB']);
    await expectRefused('+447924512345', ['IM']);
    await maySend(phone('+447924512345'), { smsCountries: ['IM', 'GB'] });
  });

  it('is whoever shares the numbers of a country, for a territory that is open, and the other way round', async () => {
    for (const defaultCountry of ['FI', 'AX'])
      for (const number of ['+358412345678', '+358181234567']) await maySend(phone(number), { defaultCountry });
    for (const smsCountries of [['AU'], ['CC'], ['CX']]) await maySend(phone('+61412345678'), { smsCountries });
    await expectRefused('+358412345678', ['SJ']);
  });

  it('is nobody at a premium, shared-cost or VoIP number of a country that is open', async () => {
    for (const number of ['+19005551234', '+18005551234', '+15005551234', '+447011123456', '+39899123456'])
      await expectRefused(number, ALL_COUNTRIES);
    for (const number of ['+88216123456', '+881612345678', '+870773111632']) await expectRefused(number, ALL_COUNTRIES);
  });

  it('is nobody at a number that no plan has, whatever is open', async () => {
    for (const number of ['+19762345678', '+17002345678', '+18812345678', '+12002345678', '+15551234567'])
      await expectRefused(number, ALL_COUNTRIES);
    for (const number of ['+448912345678', '+391112345678', '+811112345678', '+76591234567', '+1999', 'nonsense'])
      await expectRefused(number, ALL_COUNTRIES);
  });

  it('is nobody but who has a number in the plan of a country that is open, whatever the digits', async () => {
    const open = fc.constantFrom<CountryCode>('US', 'GB', 'IT', 'JP', 'RU', 'DO', ...getCountries());
    const cases = open.chain((country) =>
      fc.tuple(fc.constant(country), numbersOf(getCountryCallingCode(country)).filter(isNumber)),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([country, number]) => {
        if (!(await isAllowed(number, [country]))) return;
        const read = parsePhoneNumberFromString(number);
        expect(read?.isValid(), 'in a plan').to.equal(true);
        expect(planCountry(String(read?.country))).to.equal(planCountry(country));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is nobody at a number without a plan that has it, of any calling code and with every country open', async () => {
    const numbers = fc.constantFrom(...CALLING_CODES).chain(numbersOf);
    const unknown = numbers.filter((number) => parsePhoneNumberFromString(number)?.isValid() !== true);
    await fc.assert(
      fc.asyncProperty(unknown, async (number) => {
        expect(await isAllowed(number, ALL_COUNTRIES)).to.equal(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('says nothing about e-mail', async () => {
    await maySend(EMAIL, { smsCountries: ['FR'] });
  });

  it('is nobody, by e-mail neither, behind the kill switch', async () => {
    for (const to of [EMAIL, PHONE]) await expectCode(maySend(to, { sendMessages: false }), 'sending_stopped');
  });

  it('is nobody in an org that may send no text message in a day; mail goes on', async () => {
    await expectCode(maySend(PHONE, { smsPerDay: 0 }), 'sending_stopped');
    await maySend(EMAIL, { smsPerDay: 0 });
  });
});

describe('What the provider charges by', () => {
  it('is the country, or the code that several share', async () => {
    expect(await priceClassOf(PHONE)).to.equal('sms_US');
    expect(await priceClassOf(phone('+447912345678'))).to.equal('sms_GB');
    expect(await priceClassOf(phone('+18764567890'))).to.equal('sms_JM');
    expect(await priceClassOf(phone('+358412345678'))).to.equal('sms_FI');
    expect(await priceClassOf(phone('+447924512345'))).to.equal('sms_+44');
    expect(await priceClassOf(phone('+18005551234'))).to.equal('sms_+1');
    expect(await priceClassOf(phone('+12002345678'))).to.equal('sms_+1');
    expect(await priceClassOf(phone('+88216123456'))).to.equal('sms_+882');
    expect(await priceClassOf(EMAIL)).to.equal('email');
  });
});

describe('The prefix of a number', () => {
  it('is the block of ten thousand that it stands in', () => {
    expect(prefixOf('+12025013456')).to.equal('+1202501');
    expect(prefixOf('+12025019999')).to.equal(prefixOf('+12025010000'));
    expect(prefixOf('+12025020000')).not.to.equal(prefixOf('+12025019999'));
  });

  it('is the country’s code for the shortest numbers there are, and never less', () => {
    for (const [shortest, code] of [
      ['+6834123', '+683'],
      ['+2908123', '+290'],
      ['+6902101', '+690'],
      ['+431234', '+43'],
    ] as const)
      expect(prefixOf(shortest)).to.equal(code);
  });

  it('does not become more by digits that a plan lets anybody add', () => {
    const [ten, twelve, thirteen] = ['+436641234567', '+43664123456789', '+436641234567890'] as const;
    expect(prefixOf(ten)).to.equal('+43664123');
    expect(prefixOf(twelve)).to.equal('+436641234');
    expect(prefixOf(thirteen)).to.equal(prefixOf(twelve));
    expect(prefixOf('+8613800138000')).to.equal('+861380013');
  });
});

function isNumber(number: string): boolean {
  return parsePhoneNumberFromString(number) !== undefined;
}

async function isAllowed(number: string, smsCountries: readonly string[]): Promise<boolean> {
  try {
    await maySend(phone(number), { smsCountries });
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(GatehouseError).with.property('code', 'sms_not_allowed');
    return false;
  }
}
