import { expect } from 'chai';
import { phoneRegion } from './phone-region.js';

describe('Where a phone number is', () => {
  for (const [number, country, callingCode] of [
    ['+12025550143', 'US', '1'],
    ['+14165550143', 'CA', '1'],
    ['+18764567890', 'JM', '1'],
    ['+447912345678', 'GB', '44'],
    ['+447624123456', 'IM', '44'],
    ['+79161234567', 'RU', '7'],
    ['+77011234567', 'KZ', '7'],
    ['+819012345678', 'JP', '81'],
    ['+8801712345678', 'BD', '880'],
  ] as const)
    it(`${number} is in ${country}`, async () => {
      expect(await phoneRegion(number)).to.deep.equal({ countries: [country], callingCode, isPersonal: true });
    });

  it('may be any of the countries that share a plan, when the plan does not tell', async () => {
    const { countries, callingCode } = await phoneRegion('+12002345678');
    expect(callingCode).to.equal('1');
    expect(countries).to.include.members(['US', 'CA', 'JM']);
  });

  it('is nowhere for international services, and for what is no number', async () => {
    for (const number of ['+88216123456', '+881612345678', '+1999']) {
      expect((await phoneRegion(number)).countries, number).to.deep.equal([]);
    }
    expect(await phoneRegion('nonsense')).to.deep.equal({ countries: [], callingCode: '', isPersonal: false });
  });

  for (const [number, kind] of [
    ['+19005551234', 'premium rate, North America'],
    ['+449012345678', 'premium rate, UK'],
    ['+33812345678', 'premium rate, France'],
    ['+18005551234', 'toll-free'],
    ['+491805123456', 'shared cost'],
    ['+445612345678', 'VoIP'],
    ['+447011123456', 'a personal number of the UK, whose calls are forwarded at a price'],
    ['+15005551234', 'a personal number of North America'],
  ] as const)
    it(`${number} is nobody’s phone: ${kind}`, async () => {
      expect((await phoneRegion(number)).isPersonal).to.equal(false);
    });
});
