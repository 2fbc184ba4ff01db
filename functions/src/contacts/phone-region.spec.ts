import { expect } from 'chai';
import fc from 'fast-check';
import { getCountries, getExampleNumber, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { CALLING_CODES, numbersOf } from '../../test/support/phone-numbers.js';
import { phoneRegion, planCountry } from './phone-region.js';

const PHONES: readonly NumberType[] = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE'];
const NOWHERE = { countries: [], isPersonal: false };

describe('Where a phone number is', () => {
  for (const [number, country, callingCode] of [
    ['+12025550143', 'US', '1'],
    ['+14165550143', 'CA', '1'],
    ['+17875550143', 'PR', '1'],
    ['+18764567890', 'JM', '1'],
    ['+16584567890', 'JM', '1'],
    ['+18094567890', 'DO', '1'],
    ['+447912345678', 'GB', '44'],
    ['+447624123456', 'IM', '44'],
    ['+447781123456', 'GG', '44'],
    ['+447797123456', 'JE', '44'],
    ['+79161234567', 'RU', '7'],
    ['+77011234567', 'KZ', '7'],
    ['+262692123456', 'RE', '262'],
    ['+262639012345', 'YT', '262'],
    ['+59995181234', 'CW', '599'],
    ['+5993181234', 'BQ', '599'],
    ['+393123456789', 'IT', '39'],
    ['+819012345678', 'JP', '81'],
    ['+8801712345678', 'BD', '880'],
  ] as const)
    it(`${number} is in ${country}`, async () => {
      expect(await phoneRegion(number)).to.deep.equal({ countries: [country], callingCode, isPersonal: true });
    });

  it('may be in each country whose plan has the number', async () => {
    const { countries, isPersonal } = await phoneRegion('+447924512345');
    expect(countries).to.have.members(['GB', 'IM']);
    expect(isPersonal).to.equal(true);
  });

  it('is the country whose plan a territory shares, number by number', async () => {
    for (const [number, country] of [
      ['+358412345678', 'FI'],
      ['+358181234567', 'FI'],
      ['+4791234567', 'NO'],
      ['+4779123456', 'NO'],
      ['+61412345678', 'AU'],
      ['+590690001234', 'GP'],
      ['+212650123456', 'MA'],
      ['+390669812345', 'IT'],
    ] as const)
      expect((await phoneRegion(number)).countries, number).to.deep.equal([country]);
  });

  it('is its own country for an ordinary mobile number of each, and but for one no other', async () => {
    const shared: string[] = [];
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples);
      if (example === undefined) continue;
      const { countries, isPersonal } = await phoneRegion(example.number);
      expect(isPersonal, country).to.equal(true);
      expect(countries, country).to.include(planCountry(country));
      if (countries.length > 1) shared.push(country);
    }
    expect(shared).to.deep.equal(['IM']);
  });

  it('is one country, or none, for every area code of North America', async () => {
    const areas = Array.from({ length: 800 }, (_, index) => 200 + index);
    const found = await Promise.all(areas.map((area) => phoneRegion(`+1${area}2345678`)));
    for (const [index, { countries, isPersonal }] of found.entries())
      if (isPersonal) expect(countries, String(areas[index])).to.have.length(1);
    // 359 by the plan of 2026; of the 800 hardly half are in use anywhere.
    const american = found.filter(({ countries, isPersonal }) => isPersonal && countries.includes('US'));
    expect(american.length).to.be.within(340, 450);
  });

  it('is nowhere for international services, for numbers that no plan has, and for what is no number', async () => {
    for (const number of ['+88216123456', '+881612345678', '+870773111632', '+1999', '+9990255501'])
      expect(await phoneRegion(number), number)
        .to.include({ isPersonal: false })
        .and.deep.include(NOWHERE);
    for (const number of ['+19762345678', '+17002345678', '+12002345678', '+18812345678', '+15551234567'])
      expect(await phoneRegion(number), number).to.deep.equal({ ...NOWHERE, callingCode: '1' });
    for (const number of ['+448912345678', '+76591234567', '+819912345', '+398991234567890', '+262600123456'])
      expect(await phoneRegion(number), number).to.deep.include(NOWHERE);
    expect(await phoneRegion('nonsense')).to.deep.equal({ ...NOWHERE, callingCode: '' });
  });

  for (const [number, kind] of [
    ['+19005551234', 'premium rate, North America'],
    ['+449012345678', 'premium rate, UK'],
    ['+33812345678', 'premium rate, France'],
    ['+39899123456', 'premium rate, Italy'],
    ['+18005551234', 'toll-free'],
    ['+491805123456', 'shared cost'],
    ['+445612345678', 'VoIP'],
    ['+447640123456', 'pager'],
    ['+445512345678', 'a company’s number, UK'],
    ['+447011123456', 'a personal number of the UK, whose calls are forwarded at a price'],
    ['+15005551234', 'a personal number of North America'],
  ] as const)
    it(`${number} is nobody’s phone: ${kind}`, async () => {
      expect((await phoneRegion(number)).isPersonal).to.equal(false);
    });

  it('looks at the number that is written to, not at what it might be meant for', async () => {
    for (const number of ['+44 7912 345678', '+4407912345678', '+447912345678;ext=5', '447912345678', '+4900000'])
      expect((await phoneRegion(number)).isPersonal, number).to.equal(false);
  });

  it('is somebody’s phone when it stands in a plan as one, and only then, whatever the digits behind a calling code', async () => {
    const numbers = fc.constantFrom(...CALLING_CODES).chain(numbersOf);
    await fc.assert(
      fc.asyncProperty(numbers, async (number) => {
        const { countries, isPersonal } = await phoneRegion(number);
        const read = parsePhoneNumberFromString(number);
        const isInPlan = read?.number === number && read.country !== undefined && read.isValid();
        expect(isPersonal).to.equal(isInPlan && PHONES.includes(read.getType()));
        if (isPersonal) expect(countries).to.include(planCountry(String(read?.country)));
      }),
      { numRuns: 2_000 },
    );
  });
});
