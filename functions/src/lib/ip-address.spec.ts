import { expect } from 'chai';
import { canonicalAddress, clientNetwork, isNetwork, isWithin } from './ip-address.js';

/** @see CVE-2026-45364 textual variants of an address were clients of their own */
describe('A-02: addresses', () => {
  const FORMS: Readonly<Record<string, readonly string[]>> = {
    '2001:db8::1': [
      '2001:db8::1',
      '2001:DB8::1',
      '2001:0db8:0000:0000:0000:0000:0000:0001',
      '2001:db8:0:0::1',
      '2001:db8:0:0:0:0:0:1',
      '2001:db8::0.0.0.1',
      ' 2001:db8::1 ',
    ],
    '192.0.2.7': ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:192.0.2.7', '\t192.0.2.7\n'],
    'fe80::1': ['fe80::1', 'fe80::1%eth0', 'FE80::1%1', 'fe80:0::1%en0'],
    '::1': ['::1', '0:0:0:0:0:0:0:1', '::0001'],
  };
  for (const [canonical, forms] of Object.entries(FORMS))
    it(`${forms.length} forms of ${canonical} are one`, () => {
      expect(forms.map(canonicalAddress)).to.deep.equal(forms.map(() => canonical));
    });

  it('is null for what is no address', () => {
    const JUNK = [
      '',
      ' ',
      'localhost',
      'unknown',
      '1.2.3',
      '127.1',
      '0x7f.0.0.1',
      '2130706433',
      '010.0.0.1',
      '1.2.3.256',
      '1.2.3.4.5',
      '1.2.3.4:80',
      '1.2.3.4/32',
      '1.2.3.4%eth0',
      '1.2.3.4, 5.6.7.8',
      '[::1]',
      '[::1]:80',
      '::1/64',
      '2001:db8::1::2',
      '2001:db8::12345',
      '::ffff:1.2.3.256',
      ':::',
      'g::1',
      '%eth0',
      '::%',
      '__proto__',
      '1.2.3.4\u0000',
      '٠.٠.٠.٠',
      '1'.repeat(10_000),
      ':'.repeat(10_000),
    ];
    for (const junk of JUNK) expect(canonicalAddress(junk), JSON.stringify(junk.slice(0, 40))).to.equal(null);
  });

  it('of one IPv6 /64 are one client, and of the next one another', () => {
    const networkOf = (address: string) => clientNetwork(canonicalAddress(address) ?? '');
    const [first, ...others] = ['2001:db8:1:2::', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'].map(networkOf);
    expect(first).to.equal('2001:db8:1:2::/64');
    for (const other of others) expect(other).to.equal(first);
    for (const address of ['2001:db8:1:3::', '2001:db8:1:1:ffff:ffff:ffff:ffff', '2001:db8:2:2::'])
      expect(networkOf(address)).not.to.equal(first);
  });

  it('of IPv4 are one client each, mapped or not', () => {
    const networkOf = (address: string) => clientNetwork(canonicalAddress(address) ?? '');
    expect(networkOf('192.0.2.7')).to.equal('192.0.2.7');
    expect(networkOf('::ffff:192.0.2.7')).to.equal('192.0.2.7');
    expect(networkOf('192.0.2.8')).not.to.equal(networkOf('192.0.2.7'));
  });
});

describe('Networks of an allow-list', () => {
  const NETWORKS: Readonly<Record<string, { readonly has: readonly string[]; readonly not: readonly string[] }>> = {
    '203.0.113.7': { has: ['203.0.113.7'], not: ['203.0.113.8', '::1'] },
    '::ffff:203.0.113.7': { has: ['203.0.113.7'], not: ['203.0.113.8'] },
    '198.51.100.0/24': {
      has: ['198.51.100.0', '198.51.100.255'],
      not: ['198.51.99.255', '198.51.101.0', '2001:db8::1', '::c633:6401'],
    },
    '198.51.100.7/24': { has: ['198.51.100.0', '198.51.100.255'], not: ['198.51.101.0'] },
    '203.0.113.7/32': { has: ['203.0.113.7'], not: ['203.0.113.6'] },
    '0.0.0.0/0': { has: ['0.0.0.0', '255.255.255.255'], not: ['::', '2001:db8::1'] },
    '2001:DB8::1': { has: ['2001:db8::1'], not: ['2001:db8::', '2001:db8::2'] },
    '2001:DB8:1::/48': {
      has: ['2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff'],
      not: ['2001:db8:2::', '1.2.3.4'],
    },
    '::/0': { has: ['::1', '2001:db8::1'], not: ['203.0.113.7'] },
  };
  for (const [network, { has, not }] of Object.entries(NETWORKS))
    it(`${network} has its own addresses and no others`, () => {
      expect(isNetwork(network)).to.equal(true);
      for (const address of has) expect(isWithin(address, network), address).to.equal(true);
      for (const address of not) expect(isWithin(address, network), address).to.equal(false);
    });

  it('are addresses, or addresses with the length of a prefix, and nothing else', () => {
    const JUNK = [
      '',
      '/',
      '/24',
      'localhost',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/8.5',
      '10.0.0.0/8/8',
      '10.0.0.0/255.0.0.0',
      '10.0.0/8',
      '0x0a.0.0.0/8',
      '10.0.0.0-10.0.0.9',
      '10.0.0.*',
      '2001:db8::/129',
      '2001:db8::%eth0',
      '2001:db8::%eth0/64',
      '[2001:db8::]/64',
      '10.0.0.0/8, 192.0.2.0/24',
    ];
    for (const junk of JUNK) expect(isNetwork(junk), junk).to.equal(false);
  });
});
