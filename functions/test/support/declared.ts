import { expect } from 'chai';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/gatehouse-error.js';
import { HTTP_ERRORS } from '../../src/http/error-map.js';
import { errorsOf } from '../../src/http/openapi.js';
import type { Route } from '../../src/http/route.js';
import type { ApiResponse } from './api-client.js';
import { standingsOf } from './rate-limits.js';

const WELL_FORMED_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The Partner API's error envelope, and nothing beside it. */
const partnerError = z.strictObject({
  success: z.literal(false),
  error: z.strictObject({
    type: z.string(),
    code: z.enum(ERROR_CODES),
    message: z.string(),
    details: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  }),
});

/** What every answer has, whatever was asked. */
export function expectCommonHeaders({ headers, text }: ApiResponse): void {
  expect(headers.get('x-request-id'), text).to.match(WELL_FORMED_ID);
  expect(headers.get('cache-control')).to.equal('no-store');
  expect(headers.get('x-content-type-options')).to.equal('nosniff');
  expect(headers.get('content-type')).to.match(/^application\/json/);
  for (const name of ['x-powered-by', 'etag', 'set-cookie']) expect(headers.get(name), name).to.equal(null);
}

/** Checks the error envelope and that the code belongs to the status. Answers the code. */
export function expectErrorEnvelope(response: ApiResponse): ErrorCode {
  const { error } = partnerError.parse(response.body);
  expect(HTTP_ERRORS[error.code]).to.deep.equal({ status: response.status, partnerType: error.type });
  expect(error.requestId).to.equal(response.headers.get('x-request-id'));
  if (response.status === 429 || response.status === 503)
    expect(response.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
  // No vendor's words, no stack, no path of ours (H-01).
  expect(error.message + JSON.stringify(error.details ?? [])).not.to.match(
    /firebase|firestore|auth\/|\/src\/|at \w+ \(/i,
  );
  return error.code;
}

/** Checks an answer against the route's own declaration: a declared status, its schema, nothing that is not in it. */
export function expectDeclared(route: Route, response: ApiResponse): ApiResponse {
  expectCommonHeaders(response);
  const success = route.responses[response.status];
  if (success === undefined) {
    const code = expectErrorEnvelope(response);
    expect(errorsOf(route), `${route.operationId} answered ${response.text}`).to.include(code);
    if (!BEFORE_LIMITS.includes(code)) expectOwnLimits(route, response);
    return response;
  }
  expectOwnLimits(route, response);
  expect(success.schema.parse(response.body), response.text).to.deep.equal(response.body);
  for (const name of Object.keys(success.headers ?? {})) expect(response.headers.get(name), name).to.be.a('string');
  return response;
}

/** Refused, or not to be had, before any limit is asked. */
const BEFORE_LIMITS: readonly ErrorCode[] = [
  'invalid_client',
  'client_inactive',
  'origin_not_allowed',
  'insufficient_scope',
  'internal',
  'unavailable',
];

/** whoever is past the credentials is told where they stand with every limit of their own. */
function expectOwnLimits(route: Route, response: ApiResponse): void {
  if (!route.credentials.includes('org')) return;
  const told = [...standingsOf(response).keys()];
  // A request that one of them refuses does not get to the next.
  if (response.status === 429) expect(told, response.text).not.to.deep.equal([]);
  else expect(told, `${route.operationId}: ${response.text}`).to.include.members(['credential1m', 'org1m']);
}

/** What all requests of an org use up together, whatever they ask. */
const OF_ALL_REQUESTS = /("(?:credential1m|org1m|address1m)");r=\d+/g;

/**
 * An answer without what differs from request to request, or passes with time. Two that are equal tell a caller the same.
 */
export function masked(response: ApiResponse): { status: number; headers: [string, string][]; text: string } {
  const id = response.headers.get('x-request-id') ?? '';
  const headers = [...response.headers]
    .filter(([name]) => name !== 'x-request-id' && name !== 'date')
    .map(([name, value]): [string, string] => [
      name,
      name === 'ratelimit' ? value.replaceAll(OF_ALL_REQUESTS, '$1;r=<n>').replaceAll(/;t=\d+/g, ';t=<s>') : value,
    ]);
  return { status: response.status, headers, text: response.text.replaceAll(id, '<id>') };
}
