import { expect } from 'chai';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/gatehouse-error.js';
import { successSchema } from '../../src/http/envelopes.js';
import { HTTP_ERRORS } from '../../src/http/error-map.js';
import { errorsOf } from '../../src/http/openapi.js';
import type { Route } from '../../src/http/route.js';
import { isLeased, LIMITS } from '../../src/limits/limit-policy.js';
import type { ApiResponse } from './api-client.js';
import { standingsOf } from './rate-limits.js';

const WELL_FORMED_ID = /^[A-Za-z0-9._:-]{1,128}$/;

const told = {
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string(),
};
const failed = { success: z.literal(false) };

/** The error envelope of each API, and nothing beside it. */
const ENVELOPES = {
  partner: z.strictObject({ ...failed, error: z.strictObject({ type: z.string(), ...told }) }),
  account: z.strictObject({ ...failed, statusCode: z.int(), data: z.null(), error: z.strictObject(told) }),
};

/** What every answer has, whatever was asked. */
export function expectCommonHeaders({ headers, text }: ApiResponse): void {
  expect(headers.get('x-request-id'), text).to.match(WELL_FORMED_ID);
  expect(headers.get('cache-control')).to.equal('no-store');
  expect(headers.get('x-content-type-options')).to.equal('nosniff');
  expect(headers.get('content-type')).to.match(/^application\/json/);
  for (const name of ['x-powered-by', 'etag', 'set-cookie']) expect(headers.get(name), name).to.equal(null);
}

/** Checks the error envelope, that the code belongs to the status, and the documented words. Answers the code. */
function expectErrorEnvelope({ api, wording }: Route, response: ApiResponse): ErrorCode {
  const { status, headers, body } = response;
  const { error } = ENVELOPES[api === 'account' ? api : 'partner'].parse(body);
  const { status: expected, partnerType } = HTTP_ERRORS[error.code];
  expect(status, response.text).to.equal(expected);
  // One of them has each envelope.
  expect([body.statusCode ?? status, body.error.type ?? partnerType]).to.deep.equal([status, partnerType]);
  expect(error.requestId).to.equal(headers.get('x-request-id'));
  if (status === 429 || status === 503) expect(headers.get('retry-after')).to.match(/^[1-9]\d*$/);
  expect(error.message).to.equal(wording?.[error.code] ?? error.message);
  // No vendor's words but a header's name, no stack, no path of ours (H-01).
  expect(error.message.replaceAll('X-Firebase-AppCheck', '') + JSON.stringify(error.details ?? [])).not.to.match(
    /firebase|firestore|auth\/|\/src\/|at \w+ \(/i,
  );
  return error.code;
}

/** Checks an answer against the route's own declaration: a declared status, its schema, nothing that is not in it. */
export function expectDeclared(route: Route, response: ApiResponse): ApiResponse {
  expectCommonHeaders(response);
  const success = route.responses[response.status];
  if (success === undefined) {
    const code = expectErrorEnvelope(route, response);
    expect(errorsOf(route), `${route.operationId} answered ${response.text}`).to.include(code);
    if (!isBeforeLimits(route, code)) expectOwnLimits(route, response);
    return response;
  }
  expectOwnLimits(route, response);
  const whole = successSchema(route.api, success.schema, response.status);
  expect(whole.parse(response.body), response.text).to.deep.equal(response.body);
  for (const name of Object.keys(success.headers ?? {})) expect(response.headers.get(name), name).to.be.a('string');
  return response;
}

/** What an org's own credentials are refused with. */
const OF_CREDENTIALS: readonly ErrorCode[] = [
  'invalid_client',
  'client_inactive',
  'origin_not_allowed',
  'insufficient_scope',
];

/** Refused, or not to be had, before any limit is asked. Where there is no org, the limit of the address comes first. */
function isBeforeLimits({ credentials }: Route, code: ErrorCode): boolean {
  if (code === 'internal' || code === 'unavailable') return true;
  return credentials.includes('org') && OF_CREDENTIALS.includes(code);
}

/** whoever is past the credentials is told where they stand with every limit of their own. */
function expectOwnLimits(route: Route, response: ApiResponse): void {
  const isOfOrg = route.credentials.includes('org');
  // An org need not say from which address its user calls.
  const own = route.limits.filter((name) => isLeased(name) && !(isOfOrg && LIMITS[name].per === 'address'));
  const windows = own.flatMap((name) => LIMITS[name].windows.map((window) => window.name as string));
  const asked = [...standingsOf(response).keys()];
  // A request that one of them refuses does not get to the next.
  if (response.status === 429) expect(asked, response.text).not.to.deep.equal([]);
  else expect(asked, `${route.operationId}: ${response.text}`).to.include.members(windows);
}

/** What all requests of an org, or of an address, use up together, whatever they ask. */
const OF_ALL_REQUESTS = /("(?:credential1m|org1m|address1m|public1m)");r=\d+/g;

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
