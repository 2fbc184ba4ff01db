import { expect } from 'chai';
import { Keyring } from './keyring.js';

const key = (byte: number) => Buffer.alloc(32, byte);

describe('Keyring', () => {
  it('makes new values with the highest version, wherever it stands', () => {
    const keys = [1, 10, 9].map((version) => ({ version, key: key(version) }));
    expect(new Keyring(keys).current).to.deep.equal({ version: 10, key: key(10) });
    expect(new Keyring(keys.reverse()).current.version).to.equal(10);
  });

  it('still finds older versions, and no unknown one', () => {
    const ring = new Keyring([
      { version: 1, key: key(1) },
      { version: 2, key: key(2) },
    ]);
    expect(ring.find(1)).to.deep.equal(key(1));
    expect(ring.find(2)).to.deep.equal(key(2));
    for (const version of [0, 3, -1, 1.5, Number.NaN]) expect(ring.find(version)).to.equal(undefined);
  });

  it('refuses to be empty', () => {
    expect(() => new Keyring([])).to.throw('at least one key');
  });
});
