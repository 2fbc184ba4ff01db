import type { Request, RequestHandler } from 'express';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { ErrorWording } from '../envelopes.js';
import { whenOver } from '../when-over.js';

declare global {
  namespace Express {
    interface Locals {
      route?: string | undefined;
      event?: string | undefined;
      orgId?: string | undefined;
      keyId?: string | undefined;
      uid?: string | undefined;
      /** Of the end user's client, or of the caller while it is not known whom it calls for. */
      address?: string | null | undefined;
      errorCode?: string | undefined;
      wording?: ErrorWording | undefined;
    }
  }
}

/** `105445aa7843bc8bf206b12000100000/1;o=1`, or the same as the W3C has it. */
const CLOUD_TRACE = /^([0-9a-f]{32})\//;
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

export interface AccessLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where traces are. */
  readonly projectId: string;
  /** What stands for the network of a client, whose address the log does not hold. */
  readonly nameClient: (address: string | null) => string;
}

/**
 * One line a request: from where, what happened, by whose credential, to which user, how it ended. The route's template and ids of
 * our own, never the path or a header as it came.
 * @see https://cloud.google.com/logging/docs/structured-logging for the fields with special names
 */
export function accessLog({ logger, clock, projectId, nameClient }: AccessLogOptions): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.now();
    const trace = traceOf(request, projectId);
    whenOver(response, (isHeard) => {
      const { requestId, route = 'unknown', event, orgId, keyId, uid, errorCode, address } = response.locals;
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
        client: address === undefined ? undefined : nameClient(address),
        // The client went away before it had its answer.
        unheard: isHeard ? undefined : true,
        replayed: response.hasHeader('Idempotency-Replayed') ? true : undefined,
        'logging.googleapis.com/trace': trace,
      });
    });
    next();
  };
}

function traceOf(request: Request, projectId: string): string | undefined {
  const ofCloud = CLOUD_TRACE.exec(request.get('x-cloud-trace-context') ?? '')?.[1];
  const traceId = ofCloud ?? TRACE_PARENT.exec(request.get('traceparent') ?? '')?.[1];
  return traceId === undefined ? undefined : `projects/${projectId}/traces/${traceId}`;
}
