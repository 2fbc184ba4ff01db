import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { deriveKey, equalMacs, hmac } from './crypto.js';

const KEY = Buffer.alloc(32, 7);

describe('crypto', () => {
  it('makes HMAC-SHA-256 over the JSON of the parts', () => {
    const expected = createHmac('sha256', KEY).update('["a","b"]').digest('hex');
    expect(hmac(KEY, ['a', 'b']).toString('hex')).to.equal(expected);
  });

  it('keeps parts apart wherever their border lies', () => {
    const alike = [
      ['abc'],
      ['a', 'bc'],
      ['ab', 'c'],
      ['a', '', 'bc'],
      ['', 'abc'],
      ['abc', ''],
      ['a","bc'],
      ['a,bc'],
      [],
    ];
    const macs = new Set(alike.map((parts) => hmac(KEY, parts).toString('hex')));
    expect(macs.size).to.equal(alike.length);
  });

  it('depends on the key', () => {
    expect(hmac(KEY, ['a']).equals(hmac(Buffer.alloc(32, 8), ['a']))).to.equal(false);
  });

  it('compares MACs, of any length, without an exception', () => {
    const mac = randomBytes(32);
    const flipped = Buffer.from(mac);
    flipped.writeUInt8(mac.readUInt8(31) ^ 1, 31);
    expect(equalMacs(mac, Buffer.from(mac))).to.equal(true);
    for (const other of [flipped, mac.subarray(0, 31), Buffer.concat([mac, mac]), Buffer.alloc(0)])
      expect(equalMacs(mac, other)).to.equal(false);
  });

  it('derives a key for each purpose, the same each time', () => {
    expect(deriveKey(KEY, 'a')).to.have.length(32);
    expect(deriveKey(KEY, 'a').equals(deriveKey(KEY, 'a'))).to.equal(true);
    expect(deriveKey(KEY, 'a').equals(deriveKey(KEY, 'b'))).to.equal(false);
    expect(deriveKey(KEY, 'a').equals(KEY)).to.equal(false);
  });
});
