import { z } from 'zod';
import type { ErrorCode, GatehouseError } from '../errors/gatehouse-error.js';
import { HTTP_ERRORS } from './error-map.js';

/** The APIs that the function serves; each has its own paths and its own way to answer. */
export type ApiName = 'partner' | 'token-exchange' | 'app' | 'account' | 'service';

const PREFIXES: readonly (readonly [prefix: string, api: ApiName])[] = [
  ['/partner', 'partner'],
  ['/api/v1/partner', 'token-exchange'],
  ['/api', 'app'],
  ['/auth', 'account'],
];

/** What of an error its caller is told. */
type ToldError = Pick<GatehouseError, 'code' | 'message' | 'details'>;
/** Messages of errors, where an API's own documentation words them. */
export type ErrorWording = Readonly<Partial<Record<ErrorCode, string>>>;

/** What the documentation of an API calls an error wherever it is answered; routes add what is their own. */
export const API_WORDINGS: Readonly<Partial<Record<ApiName, ErrorWording>>> = {
  account: { invalid_session: 'Unauthorized' },
};

type ErrorBody = (error: ToldError, requestId: string) => Record<string, unknown>;

const flat: ErrorBody = ({ code, message, details }, requestId) => ({
  error: message,
  message,
  code,
  details,
  requestId,
});

/** How each API renders an error. Undefined members are left out of the JSON. */
const ERROR_BODIES: Record<ApiName, ErrorBody> = {
  partner: ({ code, message, details }, requestId) => ({
    success: false,
    error: { type: HTTP_ERRORS[code].partnerType, code, message, details, requestId },
  }),
  'token-exchange': ({ code, message, details }, requestId) => ({
    success: false,
    error: message,
    code,
    details,
    requestId,
  }),
  app: flat,
  account: ({ code, message, details }, requestId) => ({
    success: false,
    statusCode: HTTP_ERRORS[code].status,
    data: null,
    error: { code, message, details, requestId },
  }),
  service: flat,
};

/** What an API puts around what a route answers, and the same around the schema that declares it. */
interface SuccessEnvelope {
  readonly body: (data: unknown, status: number) => unknown;
  readonly schema: (data: z.ZodType, status: number) => z.ZodType;
}

const bare: SuccessEnvelope = { body: (data) => data, schema: (data) => data };

/** How each API renders a success. */
const SUCCESSES: Record<ApiName, SuccessEnvelope> = {
  partner: bare,
  'token-exchange': bare,
  app: bare,
  account: {
    body: (data, status) => ({ success: true, statusCode: status, data, error: null }),
    schema: (data, status) =>
      z.object({ success: z.literal(true), statusCode: z.literal(status), data, error: z.null() }),
  },
  service: bare,
};

export function apiOfPath(path: string): ApiName {
  return PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'service';
}

export function errorBody(api: ApiName, error: ToldError, requestId: string): Record<string, unknown> {
  return ERROR_BODIES[api](error, requestId);
}

/** The whole body of a success: what a route answers, as its API documents it. */
export function successBody(api: ApiName, data: unknown, status: number): unknown {
  return SUCCESSES[api].body(data, status);
}

/** What `successBody` makes of data of this schema. */
export function successSchema(api: ApiName, data: z.ZodType, status: number): z.ZodType {
  return SUCCESSES[api].schema(data, status);
}
