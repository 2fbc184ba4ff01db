import type { RequestHandler } from 'express';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';

declare global {
  namespace Express {
    interface Locals {
      route?: string;
      orgId?: string;
      errorCode?: string;
    }
  }
}

/** One line a request: the route's template, never the path or a header as it came. */
export function accessLog(logger: Logger, clock: Clock): RequestHandler {
  return (_request, response, next) => {
    const startedAt = clock.now();
    response.on('finish', () => {
      const { requestId, route = 'unknown', orgId, errorCode } = response.locals;
      logger.log('INFO', 'request', {
        requestId,
        route,
        status: response.statusCode,
        ms: clock.now() - startedAt,
        orgId,
        errorCode,
      });
    });
    next();
  };
}
