import { expect } from 'chai';
import { HTTP_ERRORS } from '../http/error-map.js';
import * as all from './gatehouse-error.js';
import { ERROR_CODES, type ErrorCode, GatehouseError, RateLimitedError, UnavailableError } from './gatehouse-error.js';

const LIMIT = { name: 'sends10m', quota: 3, windowSeconds: 600, remaining: 0, resetSeconds: 7 };
const CALLER = { orgId: 'org_a', keyId: 'gh_key_live_a' };
const SECRET = 'ada@example.com +12025550143 123456';

/** Each class once, given the most revealing cause that it takes. */
const MADE: readonly [error: GatehouseError, code: ErrorCode][] = [
  [new all.InvalidRequestError([{ path: 'email', message: 'Must be there.' }]), 'invalid_request'],
  [new all.InvalidCodeError(), 'invalid_code'],
  [new all.InvalidCredentialsError(), 'invalid_credentials'],
  [new all.InvalidClientError(), 'invalid_client'],
  [new all.InvalidSessionError(new Error(SECRET)), 'invalid_session'],
  [new all.ClientInactiveError(CALLER), 'client_inactive'],
  [new all.UserInactiveError(), 'user_inactive'],
  [new all.BelongsToMainAppError(), 'belongs_to_main_app'],
  [new all.OriginNotAllowedError(CALLER), 'origin_not_allowed'],
  [new all.InsufficientScopeError('pii:read', CALLER), 'insufficient_scope'],
  [new all.InvalidSignatureError(), 'invalid_signature'],
  [new all.SmsNotAllowedError(), 'sms_not_allowed'],
  [new all.SendingStoppedError(), 'sending_stopped'],
  [new all.AlreadyExistsError(), 'already_exists'],
  [new all.NotFoundError(), 'not_found'],
  [new all.RequestInProgressError(new Error(SECRET)), 'request_in_progress'],
  [new all.RateLimitedError([LIMIT]), 'rate_limited'],
  [new all.LockedOutError(LIMIT), 'locked_out'],
  [new all.IdempotencyMismatchError(), 'idempotency_mismatch'],
  [new all.DeliveryFailedError(new Error(SECRET)), 'delivery_failed'],
  [new all.UnavailableError(new Error(SECRET)), 'unavailable'],
  [new all.OverloadedError(new Error(SECRET)), 'unavailable'],
];

describe('errors', () => {
  for (const [error, code] of MADE) {
    it(`${error.name} is a ${code}, and says nothing of its cause`, () => {
      expect(error).to.be.instanceOf(GatehouseError).and.instanceOf(Error);
      expect(error.code).to.equal(code);
      expect(error.name).to.equal(error.constructor.name);
      expect(error.message).to.match(/^[A-Z].*\.$/);
      for (const part of SECRET.split(' ')) expect(error.message).not.to.include(part);
    });
  }

  it('are all here', () => {
    const bases: readonly unknown[] = [GatehouseError, all.RefusedCallerError];
    const classes = Object.values(all).filter((value) => typeof value === 'function' && !bases.includes(value));
    expect(MADE.map(([error]) => error.constructor)).to.have.members(classes);
  });

  it('tell whose request it was apart from the message, for the log', () => {
    for (const [error] of MADE)
      if (error instanceof all.RefusedCallerError) {
        expect(error.caller).to.deep.equal(CALLER);
        for (const id of Object.values(CALLER)) expect(error.message).not.to.include(id);
      }
  });

  it('keep their cause, and have none when there was none', () => {
    const cause = new Error('socket');
    expect(new UnavailableError(cause).cause).to.equal(cause);
    expect(Object.hasOwn(new UnavailableError(), 'cause')).to.equal(false);
  });

  it('say when to try again, where that makes sense', () => {
    const exceeded = [LIMIT, { ...LIMIT, resetSeconds: 70 }, { ...LIMIT, resetSeconds: 9 }];
    expect(new RateLimitedError(exceeded)).to.deep.include({ retryAfterSeconds: 70, exceeded });
    expect(new all.LockedOutError(LIMIT)).to.deep.include({ retryAfterSeconds: 7, exceeded: [LIMIT] });
    expect(new all.RequestInProgressError().retryAfterSeconds).to.equal(1);
    expect(new all.InvalidCodeError().retryAfterSeconds).to.equal(undefined);
  });

  /** Row 46 of the fault matrix. */
  it('spread those who come back after an outage over 2 to 4 seconds', () => {
    const times = Array.from({ length: 300 }, () => new UnavailableError().retryAfterSeconds);
    expect(new Set(times)).to.deep.equal(new Set([2, 3, 4]));
    for (const one of [2, 3, 4]) expect(times.filter((time) => time === one).length, `${one} s`).to.be.within(50, 150);
  });

  it('have one HTTP status each, as api.md has them', () => {
    const statuses = Object.fromEntries(ERROR_CODES.map((code) => [code, HTTP_ERRORS[code].status]));
    expect(statuses).to.deep.equal({
      invalid_request: 400,
      invalid_code: 400,
      invalid_credentials: 401,
      invalid_client: 401,
      invalid_session: 401,
      client_inactive: 403,
      user_inactive: 403,
      belongs_to_main_app: 403,
      origin_not_allowed: 403,
      insufficient_scope: 403,
      invalid_signature: 403,
      sms_not_allowed: 403,
      sending_stopped: 403,
      not_found: 404,
      method_not_allowed: 405,
      already_exists: 409,
      request_in_progress: 409,
      payload_too_large: 413,
      unsupported_media_type: 415,
      idempotency_mismatch: 422,
      rate_limited: 429,
      locked_out: 429,
      internal: 500,
      delivery_failed: 502,
      unavailable: 503,
    });
  });
});
