import { expect } from 'chai';
import { orgWith } from '../../test/support/delivery-desk.js';
import { newUser } from '../../test/support/records.js';
import { fallbackOf } from './fallback.js';
import { contactsOf } from './user-record.js';

const WANTED = orgWith({ smsFallbackToEmail: true });
const verified = newUser({ email_verified: true, phone_verified: true });
const { email, phone } = contactsOf(verified);

describe('Where a code goes that can’t be sent as a text message', () => {
  it('is the user’s own email, once it is proved and if the org wants it', () => {
    expect(fallbackOf(WANTED, verified, phone)).to.deep.equal(email);
  });

  it('is nowhere while the email is not proved: anybody could have registered it', () => {
    for (const phone_verified of [true, false]) {
      const user = newUser({ email_verified: false, phone_verified });
      expect(fallbackOf(WANTED, user, contactsOf(user).phone)).to.equal(null);
    }
  });

  it('is nowhere unless the org has said so', () => {
    expect(fallbackOf(orgWith({}), verified, phone)).to.equal(null);
  });

  it('is nowhere for a mail: a code for an email never goes to a number', () => {
    expect(fallbackOf(WANTED, verified, email)).to.equal(null);
  });
});
