import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { equalMacs, hmac, keyedId } from './crypto.js';

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

  it('makes document ids that are never reserved names', () => {
    for (let part = 0; part < 1_000; part++) expect(keyedId(KEY, [String(part)])).to.match(/^[0-9a-f]{64}$/);
  });

  it('compares MACs, of any length, without an exception', () => {
    const mac = randomBytes(32);
    const flipped = Buffer.from(mac);
    flipped.writeUInt8(mac.readUInt8(31) ^ 1, 31);
    expect(equalMacs(mac, Buffer.from(mac))).to.equal(true);
    for (const other of [flipped, mac.subarray(0, 31), Buffer.concat([mac, mac]), Buffer.alloc(0)])
      expect(equalMacs(mac, other)).to.equal(false);
  });
});
