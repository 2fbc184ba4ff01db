import { expect } from 'chai';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import { BreakerOpenError } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';
import { errorOf, isIdentityPlatformOutage } from './identity-toolkit-error.js';

/** Reasons of one user or one request, with the status that Google gives them. What they come to: the provider's spec. */
const ANSWERS = [
  'EMAIL_EXISTS',
  'DUPLICATE_LOCAL_ID',
  'PHONE_NUMBER_EXISTS',
  'INVALID_PHONE_NUMBER',
  'WEAK_PASSWORD',
  'PASSWORD_DOES_NOT_MEET_REQUIREMENTS',
  'INVALID_LOGIN_CREDENTIALS',
  'INVALID_PASSWORD',
  'INVALID_EMAIL',
  'EMAIL_NOT_FOUND',
  'USER_NOT_FOUND',
  'USER_DISABLED',
  'ADMIN_ONLY_OPERATION',
];
/** Maybe of one org alone. */
const SETUP = [
  'TENANT_NOT_FOUND',
  'INVALID_TENANT_ID',
  'PROJECT_NOT_FOUND',
  'CONFIGURATION_NOT_FOUND',
  'OPERATION_NOT_ALLOWED',
  'PASSWORD_LOGIN_DISABLED',
  'INSUFFICIENT_PERMISSION',
  'PERMISSION_DENIED',
];
const OUTAGES = [
  'QUOTA_EXCEEDED',
  'QUOTA_EXCEEDED : Exceeded quota for verifying passwords.',
  'RESOURCE_EXHAUSTED',
  'TOO_MANY_ATTEMPTS_TRY_LATER',
  'TOO_MANY_ATTEMPTS_TRY_LATER : Too many requests from this address.',
  'INTERNAL_ERROR',
  'UNAVAILABLE',
];

const answered = (status: number, message: unknown) => errorOf(status, { error: { code: status, message } });

describe('errors of Identity Platform', () => {
  for (const reason of [...ANSWERS, ...SETUP])
    it(`${reason} is no outage, whatever its status`, () => {
      for (const status of [400, 403, 404, 429, 500])
        expect(isIdentityPlatformOutage(answered(status, reason)), String(status)).to.equal(false);
    });

  for (const message of OUTAGES)
    it(`${message} is an outage, whatever its status`, () => {
      for (const status of [400, 403, 429, 503])
        expect(isIdentityPlatformOutage(answered(status, message)), String(status)).to.equal(true);
    });

  it('a denial in words is known by the code beside them', () => {
    const error = { code: 403, message: 'The caller does not have permission', status: 'PERMISSION_DENIED' };
    expect(errorOf(403, { error }).reason).to.equal('PERMISSION_DENIED');
    expect(errorOf(403, { error: { message: 'The caller' } }).reason).to.equal('UNKNOWN');
    expect(errorOf(400, { error: { message: 'EMAIL_EXISTS', status: 'INVALID_ARGUMENT' } }).reason).to.equal(
      'EMAIL_EXISTS',
    );
  });

  it('an account closed after wrong passwords is none: anybody could shut out everybody with it', () => {
    const message =
      'TOO_MANY_ATTEMPTS_TRY_LATER : Access to this account has been temporarily disabled due to many failed login attempts.';
    for (const status of [400, 429])
      expect(isIdentityPlatformOutage(answered(status, message)), String(status)).to.equal(false);
  });

  it('with a reason that we do not know are outages by their status', () => {
    for (const message of ['SOMETHING_NEW', 'constructor', '__proto__', '', undefined, 42]) {
      for (const status of [429, 500, 502, 503, 504])
        expect(isIdentityPlatformOutage(answered(status, message)), `${status}`).to.equal(true);
      for (const status of [400, 401, 403, 404])
        expect(isIdentityPlatformOutage(answered(status, message)), `${status}`).to.equal(false);
    }
  });

  it('say their reason, and nothing of what Google wrote for people', () => {
    for (const answer of [null, [], 'text', { error: null }, { error: 'text' }, { error: { message: {} } }])
      expect(errorOf(502, answer)).to.include({ status: 502, reason: 'UNKNOWN' });
    const error = answered(400, 'EMAIL_EXISTS : ada@example.com');
    expect(error).to.include({ reason: 'EMAIL_EXISTS', message: 'Identity Platform answered 400 EMAIL_EXISTS' });
  });

  it('no answer, none in time, none that is JSON and no access token are outages; a bug of ours is none', () => {
    const broken = new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    const outages = [broken, new SyntaxError(), new DeadlineExceededError('x'), new BreakerOpenError('x')];
    for (const error of [...outages, new UnavailableError()]) expect(isIdentityPlatformOutage(error)).to.equal(true);
    for (const error of [new TypeError('a bug'), new RangeError()])
      expect(isIdentityPlatformOutage(error)).to.equal(false);
  });
});
