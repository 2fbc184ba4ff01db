import { randomInt } from 'node:crypto';

import type { LimitStanding } from '../limits/limit-standing.js';

/** What can go wrong, as the API documents it. The codes are stable, the texts may change. */
export const ERROR_CODES = [
  'invalid_request',
  'invalid_code',
  'invalid_credentials',
  'invalid_client',
  'invalid_session',
  'client_inactive',
  'user_inactive',
  'belongs_to_main_app',
  'origin_not_allowed',
  'insufficient_scope',
  'invalid_signature',
  'sms_not_allowed',
  'sending_stopped',
  'not_found',
  'method_not_allowed',
  'already_exists',
  'request_in_progress',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_mismatch',
  'rate_limited',
  'locked_out',
  'internal',
  'delivery_failed',
  'unavailable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One thing wrong with the request: where (`address.zipcode`) and what, never the value itself. */
export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: readonly ErrorDetail[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  readonly exceeded?: readonly LimitStanding[];
}

/** The base of every error that a caller may see. `message` is public: no secret, code, token, contact or vendor text in it. */
export class GatehouseError extends Error {
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly exceeded: readonly LimitStanding[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details?.length === 0 ? undefined : options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.exceeded = options.exceeded ?? [];
  }
}

export class InvalidRequestError extends GatehouseError {
  constructor(details: readonly ErrorDetail[], message = 'The request is not valid.') {
    super('invalid_request', message, { details });
  }
}

/** Wrong, used up, expired, replaced or never sent: one answer, so that it tells nothing. */
export class InvalidCodeError extends GatehouseError {
  constructor() {
    super('invalid_code', 'The code is wrong or has expired. Ask for a new one.');
  }
}

/** Unknown user and wrong password: one answer. */
export class InvalidCredentialsError extends GatehouseError {
  constructor(message = 'The contact or the password is wrong.') {
    super('invalid_credentials', message);
  }
}

export class InvalidClientError extends GatehouseError {
  constructor(message = 'The partner key or secret is missing or wrong.') {
    super('invalid_client', message);
  }
}

export class InvalidSessionError extends GatehouseError {
  constructor(cause?: unknown) {
    super('invalid_session', 'The session token is missing, wrong, expired or revoked. Log in again.', { cause });
  }
}

/** Whose request it was, for the log. */
export interface Caller {
  readonly orgId: string;
  readonly keyId: string;
}

/** A caller who has proved who it is, and is not served all the same. */
export class RefusedCallerError extends GatehouseError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly caller: Caller,
  ) {
    super(code, message);
  }
}

export class ClientInactiveError extends RefusedCallerError {
  constructor(caller: Caller) {
    super('client_inactive', 'This organization is not active. Ask your contact to have it resumed.', caller);
  }
}

export class UserInactiveError extends GatehouseError {
  constructor() {
    super('user_inactive', 'This user account is not active.');
  }
}

export class BelongsToMainAppError extends GatehouseError {
  constructor() {
    super('belongs_to_main_app', 'This email or phone number already belongs to an account of the main app.');
  }
}

/** The caller's own address is not on its credential's list. */
export class OriginNotAllowedError extends RefusedCallerError {
  constructor(caller: Caller) {
    const message = "This credential can't be used from here: its list of addresses does not name yours.";
    super('origin_not_allowed', message, caller);
  }
}

/** The credential is right, and not for this. */
export class InsufficientScopeError extends RefusedCallerError {
  constructor(scope: string, caller: Caller) {
    super('insufficient_scope', `This credential does not have the scope ${scope}. Use one that has it.`, caller);
  }
}

export class AlreadyExistsError extends GatehouseError {
  constructor(message = 'A user with this email or phone number already exists.') {
    super('already_exists', message);
  }
}

export class NotFoundError extends GatehouseError {
  constructor(message = 'There is nothing here.') {
    super('not_found', message);
  }
}

/** Others change the same data at this moment, or make the same request. Nothing was done; soon it can be. */
export class RequestInProgressError extends GatehouseError {
  constructor(cause?: unknown, message = 'Another request for the same data is under way. Try again in a moment.') {
    super('request_in_progress', message, { cause, retryAfterSeconds: 1 });
  }
}

export class RateLimitedError extends GatehouseError {
  constructor(exceeded: readonly LimitStanding[]) {
    const retryAfterSeconds = Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds));
    super('rate_limited', 'Too many requests. Try again later.', { retryAfterSeconds, exceeded });
  }
}

export class LockedOutError extends GatehouseError {
  constructor(exceeded: LimitStanding) {
    const { resetSeconds: retryAfterSeconds } = exceeded;
    super('locked_out', 'Too many failed attempts. Try again later.', { retryAfterSeconds, exceeded: [exceeded] });
  }
}

/** An `Idempotency-Key` that came with another request before. */
export class IdempotencyMismatchError extends GatehouseError {
  constructor() {
    super(
      'idempotency_mismatch',
      'This Idempotency-Key was used with another request. Use a new key for each request.',
    );
  }
}

/** A message provider refused or failed. */
export class DeliveryFailedError extends GatehouseError {
  constructor(
    cause?: unknown,
    /** Whether the message may arrive all the same. */
    readonly mayArrive = false,
  ) {
    super('delivery_failed', 'The message could not be sent. Try again later or use another contact.', { cause });
  }
}

/** The org has not opened this country, or the number is of a kind that text messages are not sent to. */
export class SmsNotAllowedError extends GatehouseError {
  constructor() {
    const message = 'Text messages are not sent to this number: its country or its kind is not allowed. Use an email.';
    super('sms_not_allowed', message);
  }
}

/** Somebody else than the provider, or a provider whose reports are not configured. */
export class InvalidSignatureError extends GatehouseError {
  constructor() {
    const message = "The signature is missing or wrong. Check the provider's callback URL and key.";
    super('invalid_signature', message);
  }
}

/** An admin has switched the org's messages off, or its cap is zero. */
export class SendingStoppedError extends GatehouseError {
  constructor() {
    super('sending_stopped', 'The messages of this organization are switched off. Ask your contact to have them on.');
  }
}

/** Drawn anew each time, so that the clients of an outage do not come back together. */
const UNAVAILABLE_SECONDS = { least: 2, most: 4 };

/** A backend that we depend on is down, slow or over quota. Nothing is known to be wrong with the request. */
export class UnavailableError extends GatehouseError {
  constructor(cause?: unknown, message = 'The service is temporarily unavailable. Try again.') {
    const retryAfterSeconds = randomInt(UNAVAILABLE_SECONDS.least, UNAVAILABLE_SECONDS.most + 1);
    super('unavailable', message, { cause, retryAfterSeconds });
  }
}

/** The backend works, but this part of it takes no more for now: a document that is written too often. */
export class OverloadedError extends UnavailableError {}
