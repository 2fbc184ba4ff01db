import { expect } from 'chai';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/gatehouse-error.js';
import { HTTP_ERRORS } from '../../src/http/error-map.js';
import { errorsOf } from '../../src/http/openapi.js';
import type { Route } from '../../src/http/route.js';
import type { ApiResponse } from './api-client.js';

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
    expect(errorsOf(route), `${route.operationId} answered ${response.text}`).to.include(expectErrorEnvelope(response));
    return response;
  }
  expect(success.schema.parse(response.body), response.text).to.deep.equal(response.body);
  return response;
}

/** An answer without what differs from request to request. Two that are equal tell a caller the same. */
export function masked(response: ApiResponse): { status: number; headers: [string, string][]; text: string } {
  const id = response.headers.get('x-request-id') ?? '';
  const headers = [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
  return { status: response.status, headers, text: response.text.replaceAll(id, '<id>') };
}
