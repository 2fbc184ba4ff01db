import { expect } from 'chai';
import { testKey } from '../../test/support/unit-fixtures.js';
import { traceOf } from './contact-trace.js';

const KEY = testKey('index');
const email = (value: string) => traceOf(KEY, { kind: 'email', value });
const phone = (value: string) => traceOf(KEY, { kind: 'phone', value });

describe('What a record keeps of a contact', () => {
  it('is a mask that its owner recognises', () => {
    expect(phone('+12025013456').contactMask).to.equal('+1********56');
    expect(phone('+442071234567').contactMask).to.equal('+4*********67');
    expect(email('ada@acme.com').contactMask).to.equal('a***@acme.com');
  });

  it('tells nothing of a name but its first letter, not even how long it is', () => {
    const long = email('augusta.ada.king@acme.com').contactMask;
    expect(long).to.equal(email('a@acme.com').contactMask);
    expect(email('"odd@name"@acme.com').contactMask).to.equal('"***@acme.com');
  });

  it('is a hash, the same for all messages to it, which nobody can make without the key', () => {
    expect(email('ada@acme.com').contactHash).to.equal(email('ada@acme.com').contactHash);
    expect(email('ada@acme.com').contactHash).not.to.equal(email('ada@acme.org').contactHash);
    const other = traceOf(testKey('another'), { kind: 'email', value: 'ada@acme.com' });
    expect(other.contactHash).not.to.equal(email('ada@acme.com').contactHash);
    expect(phone('+12025013456').contactHash).not.to.equal(email('+12025013456').contactHash);
  });
});
