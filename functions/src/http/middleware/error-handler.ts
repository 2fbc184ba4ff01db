import type { ErrorRequestHandler, Response } from 'express';
import { GatehouseError, UnavailableError } from '../../errors/gatehouse-error.js';
import { DeadlineExceededError } from '../../lib/deadline.js';
import { describeError, type Logger } from '../../lib/logger.js';
import { apiOfPath, errorBody } from '../envelopes.js';
import { HTTP_ERRORS } from '../error-map.js';

/** Answers every error in the envelope of the API that the path belongs to. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = toGatehouseError(thrown);
    if (HTTP_ERRORS[error.code].status >= 500) {
      const { requestId } = response.locals;
      logger.log('ERROR', error.code, { requestId, route: response.locals.route, cause: describeError(error.cause) });
    }
    sendError(response, request.path, error);
  };
}

export function sendError(response: Response, path: string, error: GatehouseError): void {
  const { status } = HTTP_ERRORS[error.code];
  if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(Math.max(1, error.retryAfterSeconds)));
  if (error.code === 'invalid_session') response.set('WWW-Authenticate', 'Bearer');
  response.locals.errorCode = error.code;
  const { requestId, wording } = response.locals;
  const message = wording?.[error.code] ?? error.message;
  response
    .status(status)
    .json(errorBody(apiOfPath(path), { code: error.code, details: error.details, message }, requestId));
}

function toGatehouseError(thrown: unknown): GatehouseError {
  if (thrown instanceof GatehouseError) return thrown;
  if (thrown instanceof DeadlineExceededError) return new UnavailableError(thrown);
  // Anything else is a bug of ours: a 500 that says nothing, whatever the error says.
  return new GatehouseError('internal', 'Something went wrong on our side.', { cause: thrown });
}
