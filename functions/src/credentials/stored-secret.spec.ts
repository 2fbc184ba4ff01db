import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { testKey } from '../../test/support/unit-fixtures.js';
import { generateKeyId, generateSecret } from './credential-id.js';
import { SecretHasher } from './secret-hasher.js';
import { fromStoredTag, SecretTagger, toStoredTag } from './secret-tag.js';

/** What stands in the database of a deployment: made otherwise, every credential there is refused. */
describe('a stored secret', () => {
  it('is bcrypt over the base64 of its SHA-256', async () => {
    const stored = '$2b$04$OVSdFiypGP6aF2OM.PB4hudZkoH4dSRtI7nnYM4bBfCrj4B42yr1e';
    expect(await new SecretHasher(4).matches('secret', stored)).to.equal(true);
  });

  it('has a tag under a key of its own, derived from the index key', () => {
    const indexKey = testKey('index');
    const [key, secret] = [generateKeyId('live'), generateSecret('live')];
    const mac = (under: Buffer, text: string) => createHmac('sha256', under).update(text).digest();
    const expected = mac(mac(indexKey, '["credential tag"]'), `["${key}","${secret}"]`);
    const tag = new SecretTagger(indexKey).tag(key, secret);
    expect(tag.toString('hex')).to.equal(expected.toString('hex'));
    expect(fromStoredTag(toStoredTag(tag)).equals(tag)).to.equal(true);
  });
});
