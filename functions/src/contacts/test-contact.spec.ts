import { expect } from 'chai';
import type { Contact } from './contact.js';
import { isTestContact } from './test-contact.js';

const email = (value: string): Contact => ({ kind: 'email', value });
const phone = (value: string): Contact => ({ kind: 'phone', value });

const RESERVED = [
  email('ada@example.com'),
  email('ada+1@example.org'),
  email('a.b@example.net'),
  email('ada@acme.test'),
  email('ada@mail.acme.example'),
  phone('+12025550100'),
  phone('+12025550199'),
  phone('+19895550150'),
];

const REAL = [
  email('ada@gmail.com'),
  email('ada@notexample.com'),
  email('ada@example.com.evil.com'),
  email('ada@example.co'),
  email('ada@example.edu'),
  email('example.com@acme.com'),
  email('ada.test@acme.com'),
  email('ada@test.com'),
  email('ada@acme.testing'),
  email('ada@exampleacom.com'),
  phone('+12025550099'),
  phone('+12025550200'),
  phone('+12025551100'),
  phone('+12025540100'),
  phone('+442079460018'),
  phone('+442025550100'),
  phone('+120255501000'),
  phone('+1202555010'),
];

describe('isTestContact', () => {
  for (const contact of RESERVED) {
    it(`${contact.value} is one in a test org, and in no other`, () => {
      expect(isTestContact({ environment: 'test' }, contact)).to.equal(true);
      expect(isTestContact({ environment: 'live' }, contact)).to.equal(false);
    });
  }

  for (const contact of REAL) {
    it(`${contact.value} is none`, () => {
      expect(isTestContact({ environment: 'test' }, contact)).to.equal(false);
      expect(isTestContact({ environment: 'live' }, contact)).to.equal(false);
    });
  }

  it('goes by the kind: a number is no address, and an address no number', () => {
    expect(isTestContact({ environment: 'test' }, phone('ada@example.com'))).to.equal(false);
    expect(isTestContact({ environment: 'test' }, email('+12025550100'))).to.equal(false);
  });

  it('takes no word of a document for `test` but that', () => {
    for (const word of [undefined, null, '', 'TEST', 'testing', true, 0])
      expect(isTestContact({ environment: word as 'test' }, email('ada@example.com'))).to.equal(false);
  });
});
