import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const WELL_FORMED = /^[A-Za-z0-9._:-]{1,128}$/;

declare global {
  namespace Express {
    interface Locals {
      requestId: string;
    }
  }
}

/** Gives every request an id, the caller's own if it is well-formed, and every answer the common headers. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  response.locals.requestId = given !== undefined && WELL_FORMED.test(given) ? given : randomUUID();
  // The servers around us may have set it already.
  response.removeHeader('X-Powered-By');
  response.set({
    'X-Request-Id': response.locals.requestId,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  next();
};
