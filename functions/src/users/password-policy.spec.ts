import { expect } from 'chai';
import { expectThrownCode } from '../../test/support/unit-fixtures.js';
import {
  ACCOUNT_PASSWORD_MIN,
  assertPasswordAllowed,
  assertPasswordDiffers,
  PARTNER_PASSWORD_MIN,
  PASSWORD_MAX,
} from './password-policy.js';

const check = (password: string, minimum = PARTNER_PASSWORD_MIN) =>
  assertPasswordAllowed(password, minimum, 'new_password');

describe('assertPasswordAllowed', () => {
  const ALLOWED: Readonly<Record<string, string>> = {
    'six letters': 'abcdef',
    'one letter six times': 'aaaaaa',
    'six spaces, for nothing is trimmed': '      ',
    'six astral characters': '🔑'.repeat(6),
    'six characters with a NUL among them': 'abc\0ef',
    'six combining marks': '\u0301'.repeat(6),
    '256 letters': 'a'.repeat(256),
    '256 astral characters, 512 UTF-16 units': '🔑'.repeat(256),
  };
  for (const [what, password] of Object.entries(ALLOWED))
    it(`allows ${what}`, () => {
      check(password);
    });

  const REFUSED: Readonly<Record<string, string>> = {
    nothing: '',
    'five letters': 'abcde',
    'three astral characters, six UTF-16 units': '🔑🔑🔑',
    'five astral characters': '🔑'.repeat(5),
    '257 letters': 'a'.repeat(257),
    '257 astral characters': '🔑'.repeat(257),
  };
  for (const [what, password] of Object.entries(REFUSED))
    it(`refuses ${what}, and names the field but not the value`, () => {
      const { details } = expectThrownCode(() => check(password), 'invalid_request');
      expect(details).to.have.length(1);
      expect(details?.[0]?.path).to.equal('new_password');
      if (password.length > 0) expect(details?.[0]?.message).not.to.include(password);
    });

  it('takes an org’s own minimum', () => {
    check('a'.repeat(15), 15);
    const { details } = expectThrownCode(() => check('a'.repeat(14), 15), 'invalid_request');
    expect(details?.[0]?.message).to.include('15');
  });

  it('has the limits of both APIs', () => {
    expect([PARTNER_PASSWORD_MIN, ACCOUNT_PASSWORD_MIN, PASSWORD_MAX]).to.deep.equal([6, 8, 256]);
  });
});

describe('assertPasswordDiffers', () => {
  it('refuses the current password, to the last character, and names the field but not the value', () => {
    const { details } = expectThrownCode(
      () => assertPasswordDiffers('a password', 'a password', 'newPassword'),
      'invalid_request',
    );
    expect(details).to.deep.equal([{ path: 'newPassword', message: 'Must differ from the current password.' }]);
  });

  for (const other of ['A password', 'a password ', ' a password', ''])
    it(`takes any other: "${other}"`, () => assertPasswordDiffers(other, 'a password', 'newPassword'));
});
