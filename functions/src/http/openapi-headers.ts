import type { ErrorCode } from '../errors/gatehouse-error.js';
import { PASSING_ERRORS } from '../idempotency/idempotency-policy.js';
import { HTTP_ERRORS } from './error-map.js';
import type { Route } from './route.js';

const text = { type: 'string' } as const;

const PARAMETERS = {
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'Your own id for the request: 1 to 128 of `A-Z a-z 0-9 . _ : -`. Any other is replaced.',
    schema: text,
  },
  EndUserIp: {
    name: 'X-End-User-IP',
    in: 'header',
    description: "Your user's IP address, as your server sees it. Limits per address and per client count by it.",
    schema: text,
  },
  EndUserAgent: {
    name: 'X-End-User-Agent',
    in: 'header',
    description: "Your user's `User-Agent`, as your server sees it.",
    schema: text,
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    description:
      "Your user's languages. Messages come in the first that there is, or else in the organization's or app's own.",
    schema: text,
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'The same key and body give the same answer for 24 hours. 1 to 255 printable ASCII characters, new for each request that is not a repetition.',
    schema: { ...text, minLength: 1, maxLength: 255 },
  },
} as const;

const HEADERS = {
  'X-Request-Id': { description: "The request's id; it stands in the log.", required: true, schema: text },
  'RateLimit-Policy': {
    description: 'The limits that counted the request: quota `q` in each window of `w` seconds. Absent where none did.',
    schema: text,
  },
  RateLimit: {
    description: 'What is left of each of these limits: `r` requests, until it begins anew in `t` seconds.',
    schema: text,
  },
  'Retry-After': {
    description: 'When to try again, in seconds. Absent where trying again does not help.',
    schema: { type: 'integer', minimum: 1 },
  },
  'Idempotency-Replayed': {
    description: 'Given when this is the answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'boolean', const: true },
  },
} as const;

type HeaderName = keyof typeof HEADERS;

const RETRIED_STATUSES: readonly number[] = [409, 429, 503];

/** What `parametersOf` and `headersOf` refer to. */
export const HEADER_COMPONENTS = { parameters: PARAMETERS, headers: HEADERS };

/** The headers that a request may have, beside its credentials. */
export function parametersOf({ credentials, idempotency }: Route): readonly object[] {
  const names: (keyof typeof PARAMETERS)[] = [
    'RequestId',
    ...(credentials.includes('org') ? (['EndUserIp', 'EndUserAgent'] as const) : []),
    'AcceptLanguage',
    ...(idempotency === 'honoured' ? (['IdempotencyKey'] as const) : []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** The headers of the answers with this status: those of all routes, and what the route declares of it. */
export function headersOf(route: Route, status: number): Record<string, object> {
  const names: HeaderName[] = [
    'X-Request-Id',
    ...(route.credentials.length > 0 ? (['RateLimit-Policy', 'RateLimit'] as const) : []),
    ...(RETRIED_STATUSES.includes(status) ? (['Retry-After'] as const) : []),
    ...(isReplayed(route, status) ? (['Idempotency-Replayed'] as const) : []),
  ];
  const declared = Object.entries(route.responses[status]?.headers ?? {});
  return Object.fromEntries([
    ...names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...declared.map(([name, description]) => [name, { description, required: true, schema: text }]),
  ]);
}

/** Whether such an answer is kept for an `Idempotency-Key`: what the handler answers, but for errors that may pass. */
function isReplayed({ idempotency, responses, errors }: Route, status: number): boolean {
  if (idempotency !== 'honoured') return false;
  const ofHandler: readonly ErrorCode[] = ['invalid_request', ...errors];
  const kept = ofHandler.filter((code) => !PASSING_ERRORS.includes(code));
  return status in responses || kept.some((code) => HTTP_ERRORS[code].status === status);
}
