import type { ErrorCode } from '../errors/gatehouse-error.js';

interface HttpError {
  readonly status: number;
  /** The Partner API's `error.type`. */
  readonly partnerType: string;
}

/** The one place where a domain error becomes an HTTP status. */
export const HTTP_ERRORS: Record<ErrorCode, HttpError> = {
  invalid_request: { status: 400, partnerType: 'VALIDATION_ERROR' },
  invalid_code: { status: 400, partnerType: 'INVALID_CODE' },
  invalid_credentials: { status: 401, partnerType: 'UNAUTHORIZED' },
  invalid_client: { status: 401, partnerType: 'UNAUTHORIZED' },
  invalid_session: { status: 401, partnerType: 'UNAUTHORIZED' },
  client_inactive: { status: 403, partnerType: 'FORBIDDEN' },
  user_inactive: { status: 403, partnerType: 'FORBIDDEN' },
  belongs_to_main_app: { status: 403, partnerType: 'FORBIDDEN' },
  origin_not_allowed: { status: 403, partnerType: 'FORBIDDEN' },
  insufficient_scope: { status: 403, partnerType: 'FORBIDDEN' },
  invalid_signature: { status: 403, partnerType: 'FORBIDDEN' },
  sms_not_allowed: { status: 403, partnerType: 'FORBIDDEN' },
  sending_stopped: { status: 403, partnerType: 'FORBIDDEN' },
  not_found: { status: 404, partnerType: 'NOT_FOUND' },
  method_not_allowed: { status: 405, partnerType: 'METHOD_NOT_ALLOWED' },
  already_exists: { status: 409, partnerType: 'CONFLICT' },
  request_in_progress: { status: 409, partnerType: 'CONFLICT' },
  payload_too_large: { status: 413, partnerType: 'INVALID_INPUT' },
  unsupported_media_type: { status: 415, partnerType: 'INVALID_INPUT' },
  idempotency_mismatch: { status: 422, partnerType: 'INVALID_INPUT' },
  rate_limited: { status: 429, partnerType: 'RATE_LIMITED' },
  locked_out: { status: 429, partnerType: 'RATE_LIMITED' },
  internal: { status: 500, partnerType: 'INTERNAL_SERVER_ERROR' },
  delivery_failed: { status: 502, partnerType: 'DELIVERY_FAILED' },
  unavailable: { status: 503, partnerType: 'SERVICE_UNAVAILABLE' },
};
