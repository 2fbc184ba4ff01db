import { z } from 'zod';
import type { ErrorCode } from '../errors/gatehouse-error.js';
import { successSchema } from './envelopes.js';
import { HTTP_ERRORS } from './error-map.js';
import { HEADER_COMPONENTS, headersOf, parametersOf } from './openapi-headers.js';
import type { Credential, Route } from './route.js';

const SECURITY_SCHEMES = {
  orgKey: { type: 'apiKey', in: 'header', name: 'X-Partner-Key' },
  orgSecret: { type: 'apiKey', in: 'header', name: 'X-Partner-Secret' },
  session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  appCheck: { type: 'apiKey', in: 'header', name: 'X-Firebase-AppCheck' },
  account: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
} as const;

const SCHEMES_OF: Record<Credential, readonly (keyof typeof SECURITY_SCHEMES)[]> = {
  org: ['orgKey', 'orgSecret'],
  session: ['session'],
  app_check: ['appCheck'],
  account: ['account'],
};

const ERRORS_OF: Record<Credential, readonly ErrorCode[]> = {
  org: ['invalid_client', 'client_inactive', 'origin_not_allowed', 'insufficient_scope'],
  session: ['invalid_session'],
  app_check: ['invalid_client'],
  account: ['invalid_session'],
};

/** Every code that a route can answer: its own, and those that follow from what else it declares. */
export function errorsOf(route: Route): readonly ErrorCode[] {
  const ofBody: ErrorCode[] =
    route.body === null ? [] : ['invalid_request', 'payload_too_large', 'unsupported_media_type'];
  return [
    ...new Set<ErrorCode>([
      ...route.credentials.flatMap((one) => ERRORS_OF[one]),
      ...ofBody,
      ...route.errors,
      // No route is without a limit.
      'rate_limited',
      // The key itself may be none.
      ...(route.idempotency === 'honoured' ? (['invalid_request', 'idempotency_mismatch'] as const) : []),
      // Whatever writes can meet others who write the same.
      ...(route.method === 'GET' ? [] : (['request_in_progress'] as const)),
      'internal',
      'unavailable',
    ]),
  ];
}

/** The OpenAPI 3.1 document of the declared routes. */
export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version: '0.1.0',
      description: 'Partner identity: each organization, and the main app, registers and logs in its own users.',
    },
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, ...HEADER_COMPONENTS },
  };
}

function operation(route: Route): Record<string, unknown> {
  const schemes = route.credentials.flatMap((one) => SCHEMES_OF[one]);
  // OpenAPI 3.1 lets every scheme name the roles that a caller needs: for an org's key these are scopes of the credential.
  const scopes = (scheme: string) => (scheme === 'orgKey' && route.scope !== null ? [route.scope] : []);
  const security = Object.fromEntries(schemes.map((scheme) => [scheme, scopes(scheme)]));
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.api],
    // App Check is asked for where the deployment has switched it on.
    security: route.credentials.includes('app_check') ? [security, {}] : [security],
    parameters: parametersOf(route),
    ...(route.body === null ? {} : { requestBody: { required: true, content: json(route.body) } }),
    responses: { ...errorResponses(route), ...successes(route) },
  };
}

function successes(route: Route): Record<string, unknown> {
  const entries = Object.entries(route.responses);
  return Object.fromEntries(
    entries.map(([key, { description, schema }]) => {
      const status = Number(key);
      const content = json(successSchema(route.api, schema, status));
      return [status, { description, headers: headersOf(route, status), content }];
    }),
  );
}

function errorResponses(route: Route): Record<string, unknown> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const { status } = HTTP_ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.map((code) => described(route, code)).join(', '), headers: headersOf(route, status) },
    ]),
  );
}

/** The code and, where the API's documentation words it, its message. */
function described({ wording }: Route, code: ErrorCode): string {
  const message = wording?.[code];
  return message === undefined ? code : `${code} (${message})`;
}

function json(schema: z.ZodType): Record<string, unknown> {
  return { 'application/json': { schema: z.toJSONSchema(schema, { io: 'input' }) } };
}
