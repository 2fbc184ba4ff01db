import cors from 'cors';
import type { RequestHandler } from 'express';

/** Browsers ask again after that; two hours are the most that Chromium takes. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of these origins call and read the answer. No cookie is ever looked at, so that a page of another origin, which
 * gets no such headers, can do nothing in a visitor's name.
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const handle = cors({
    origin: [...origins],
    methods: ['POST'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Accept-Language',
      'Idempotency-Key',
      'X-Firebase-AppCheck',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'Idempotency-Replayed',
      'OTP-Delivery',
    ],
    maxAge: PREFLIGHT_SECONDS,
  });
  return (request, response, next) => {
    const isPreflight = request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined;
    if (request.method === 'OPTIONS' && !isPreflight) next();
    else handle(request, response, next);
  };
}
