import { expect } from 'chai';
import { generateKeyId, generateSecret, isKeyId, isSecret } from './credential-id.js';

describe('credential ids', () => {
  for (const environment of ['live', 'test'] as const) {
    it(`${environment}: keys of 128 bits, secrets of 256 bits with a checksum`, () => {
      const [, key = ''] = new RegExp(`^gh_key_${environment}_(.{22})$`).exec(generateKeyId(environment)) ?? [];
      expect(Buffer.from(key, 'base64url')).to.have.length(16);
      const secret = generateSecret(environment);
      const [, random = ''] = new RegExp(`^gh_secret_${environment}_(.{43})[0-9a-f]{8}$`).exec(secret) ?? [];
      expect(Buffer.from(random, 'base64url')).to.have.length(32);
    });
  }

  it('accept what they generate, and never make the same twice', () => {
    const keys = Array.from({ length: 2_000 }, () => generateKeyId('live'));
    const secrets = Array.from({ length: 2_000 }, () => generateSecret('live'));
    expect(keys.every(isKeyId) && secrets.every(isSecret)).to.equal(true);
    expect(new Set([...keys, ...secrets]).size).to.equal(4_000);
  });

  /** C-01. */
  it('notice any one character that was changed, left out or doubled in a secret', () => {
    const secret = generateSecret('live');
    for (let at = 0; at < secret.length; at += 1) {
      const other = secret[at] === 'A' ? 'B' : 'A';
      const changed = [
        secret.slice(0, at) + other + secret.slice(at + 1),
        secret.slice(0, at) + secret.slice(at + 1),
        secret.slice(0, at) + secret[at] + secret.slice(at),
      ];
      for (const bad of changed) expect(isSecret(bad), bad).to.equal(false);
    }
  });

  it('notice two neighbours that were swapped', () => {
    const secret = generateSecret('live');
    for (let at = 0; at + 1 < secret.length; at += 1) {
      const [a = '', b = ''] = [secret[at], secret[at + 1]];
      if (a !== b) expect(isSecret(secret.slice(0, at) + b + a + secret.slice(at + 2))).to.equal(false);
    }
  });

  const HOSTILE = [
    '',
    ' ',
    'gh_key_live_',
    '../x',
    'a/b',
    `gh_key_live_${'A'.repeat(23)}`,
    `gh_key_prod_${'A'.repeat(22)}`,
    'x'.repeat(100_000),
  ];
  for (const value of HOSTILE)
    it(`refuse ${JSON.stringify(value).slice(0, 40)}`, () => {
      expect(isKeyId(value) || isSecret(value)).to.equal(false);
    });

  it('refuse a right one with something around it, and one of the other kind', () => {
    const [key, secret] = [generateKeyId('live'), generateSecret('live')];
    for (const [before, after] of [
      [' ', ''],
      ['', ' '],
      ['', '\n'],
      ['', '\0'],
      ['x', ''],
    ]) {
      expect(isKeyId(`${before}${key}${after}`)).to.equal(false);
      expect(isSecret(`${before}${secret}${after}`)).to.equal(false);
    }
    expect(isKeyId(secret) || isSecret(key)).to.equal(false);
  });
});
