import type { RequestHandler } from 'express';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { whenOver } from '../when-over.js';

declare global {
  namespace Express {
    interface Locals {
      route?: string | undefined;
      event?: string | undefined;
      orgId?: string | undefined;
      keyId?: string | undefined;
      uid?: string | undefined;
      errorCode?: string | undefined;
    }
  }
}

/** `105445aa7843bc8bf206b12000100000/1;o=1`, or the same as the W3C has it. */
const CLOUD_TRACE = /^([0-9a-f]{32})\//;
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

/**
 * One line a request: what happened, by whose credential, to which user, how it ended. The route's template and ids of
 * our own, never the path or a header as it came.
 * @see https://cloud.google.com/logging/docs/structured-logging for the fields with special names
 */
export function accessLog(logger: Logger, clock: Clock, projectId: string): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.now();
    const traceId =
      CLOUD_TRACE.exec(request.get('x-cloud-trace-context') ?? '')?.[1] ??
      TRACE_PARENT.exec(request.get('traceparent') ?? '')?.[1];
    whenOver(response, (isHeard) => {
      const { requestId, route = 'unknown', event, orgId, keyId, uid, errorCode } = response.locals;
      logger.log('INFO', 'request', {
        requestId,
        route,
        event,
        outcome: errorCode ?? 'ok',
        status: response.statusCode,
        ms: clock.now() - startedAt,
        orgId,
        keyId,
        uid,
        // The client went away before it had its answer.
        unheard: isHeard ? undefined : true,
        replayed: response.hasHeader('Idempotency-Replayed') ? true : undefined,
        'logging.googleapis.com/trace': traceId === undefined ? undefined : `projects/${projectId}/traces/${traceId}`,
      });
    });
    next();
  };
}
