import { expect } from 'chai';
import { testKey, testKeyring } from '../../test/support/unit-fixtures.js';
import { Keyring } from '../lib/keyring.js';
import { FieldCipher, type FieldPlace } from './field-cipher.js';

const PLACE: FieldPlace = { poolId: 'org_a', uid: 'usr_a', field: 'ssn' };
const SSN = '123456789';
const cipher = new FieldCipher(testKeyring('data', 1));

/** D-01. */
describe('FieldCipher', () => {
  const TEXTS = [SSN, '', '2001-02-03', '🔑 ünïcode \0 \r\n', 'x'.repeat(100_000)];
  for (const text of TEXTS)
    it(`gives back ${JSON.stringify(text.slice(0, 20))}`, () => {
      expect(cipher.decrypt(PLACE, cipher.encrypt(PLACE, text))).to.equal(text);
    });

  it('is stored with its key’s version and, in base64url, a 96-bit IV and a 128-bit tag', () => {
    const [, version, body = ''] = /^v(\d+)\.([A-Za-z0-9_-]+)$/.exec(cipher.encrypt(PLACE, SSN)) ?? [];
    expect(version).to.equal('1');
    expect(Buffer.from(body, 'base64url')).to.have.length(12 + SSN.length + 16);
  });

  it('never makes the same twice, and never shows the value in any encoding', () => {
    const sealed = Array.from({ length: 1_000 }, () => cipher.encrypt(PLACE, SSN));
    expect(new Set(sealed.map((value) => value.slice(0, 19))).size, 'IVs').to.equal(1_000);
    const plain = Buffer.from(SSN);
    const encodings = [SSN, plain.toString('hex'), plain.toString('base64'), plain.toString('base64url')];
    for (const value of sealed) for (const text of encodings) expect(value).not.to.include(text.replace(/=+$/, ''));
  });

  const MOVED: Readonly<Record<string, Partial<FieldPlace>>> = {
    'another user': { uid: 'usr_b' },
    'another org': { poolId: 'org_b' },
    'the main app': { poolId: 'main' },
    'another field': { field: 'date_of_birth' },
    'a border moved between user and field': { uid: 'usr_as', field: 'sn' },
    'a border moved by a quote': { uid: 'usr_a","ssn', field: '' },
  };
  for (const [where, change] of Object.entries(MOVED))
    it(`cannot be read after a move to ${where}`, () => {
      const sealed = cipher.encrypt(PLACE, SSN);
      expect(() => cipher.decrypt({ ...PLACE, ...change }, sealed)).to.throw();
      expect(() => cipher.decrypt(PLACE, cipher.encrypt({ ...PLACE, ...change }, SSN))).to.throw();
    });

  it('reads with rotated keys and writes with the newest', () => {
    const old = cipher.encrypt(PLACE, SSN);
    const rotated = new FieldCipher(testKeyring('data', 1, 2));
    expect(rotated.decrypt(PLACE, old)).to.equal(SSN);
    expect(rotated.encrypt(PLACE, SSN)).to.match(/^v2\./);
    expect(() => cipher.decrypt(PLACE, rotated.encrypt(PLACE, SSN)), 'a key it does not have').to.throw('key version');
    expect(() => new FieldCipher(testKeyring('data', 2)).decrypt(PLACE, old), 'a retired key').to.throw('key version');
  });

  it('has versions of more than one digit', () => {
    const ring = new FieldCipher(testKeyring('data', 9, 10));
    const sealed = ring.encrypt(PLACE, SSN);
    expect(sealed).to.match(/^v10\./);
    expect(ring.decrypt(PLACE, sealed)).to.equal(SSN);
  });

  it('takes no ciphertext with anything around it', () => {
    const sealed = cipher.encrypt(PLACE, SSN);
    for (const around of [` ${sealed}`, `x${sealed}`, `v1.AA${sealed}`, `${sealed}\n`, `${sealed}=`, `${sealed}.AA`])
      expect(() => cipher.decrypt(PLACE, around), JSON.stringify(around)).to.throw('key version');
  });

  it('binds the version: another version’s label does not take another key', () => {
    const rotated = new FieldCipher(testKeyring('data', 1, 2));
    expect(() => rotated.decrypt(PLACE, rotated.encrypt(PLACE, SSN).replace('v2.', 'v1.'))).to.throw();
    const key = testKey('same');
    const twins = new FieldCipher(
      new Keyring([
        { version: 1, key },
        { version: 2, key },
      ]),
    );
    expect(() => twins.decrypt(PLACE, twins.encrypt(PLACE, SSN).replace('v2.', 'v1.'))).to.throw();
  });

  it('notices every changed bit', () => {
    const sealed = Buffer.from(cipher.encrypt(PLACE, SSN).slice(3), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => cipher.decrypt(PLACE, `v1.${changed.toString('base64url')}`), `bit ${bit}`).to.throw();
    }
  });

  it('notices every cut: a short tag is not taken', () => {
    const sealed = Buffer.from(cipher.encrypt(PLACE, SSN).slice(3), 'base64url');
    for (let length = 1; length < sealed.length; length += 1)
      expect(
        () => cipher.decrypt(PLACE, `v1.${sealed.subarray(0, length).toString('base64url')}`),
        `${length}`,
      ).to.throw(length < 16 ? `Invalid authentication tag length: ${length}` : 'unable to authenticate');
  });

  const NO_CIPHERTEXT = [
    '',
    SSN,
    'v1',
    'v1.',
    'v1.!!!!',
    'v.abc',
    'v99.abcd',
    'v-1.abcd',
    'v1.abcd\n',
    ' v1.abcd',
    'V1.abcd',
    'v1.ab.cd',
  ];
  for (const value of NO_CIPHERTEXT)
    it(`refuses ${JSON.stringify(value)}, and does not repeat it`, () => {
      expect(() => cipher.decrypt(PLACE, value)).to.throw();
      if (value.length > 8) expect(() => cipher.decrypt(PLACE, value)).not.to.throw(value);
    });
});
