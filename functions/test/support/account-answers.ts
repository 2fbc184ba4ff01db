import { expect } from 'chai';
import { type ApiResponse, expectStatus } from './api-client.js';
import { expectCommonHeaders } from './declared.js';

/** Of an error, what its message stands beside. Only the message is documented; the others are there as in every API. */
const ERROR_MEMBERS = ['code', 'details', 'message', 'requestId'];

/** The whole body of a success of the Account API. Answers `data`. */
export function expectSuccess(response: ApiResponse, data: unknown): ApiResponse {
  expectStatus(response, 200);
  expectCommonHeaders(response);
  expect(response.body).to.deep.equal({ success: true, statusCode: 200, data, error: null });
  return response;
}

/** The whole envelope of an error of the Account API, in the documentation's words. */
export function expectFailure(response: ApiResponse, status: number, message: string, code?: string): ApiResponse {
  expectStatus(response, status);
  expectCommonHeaders(response);
  const { error, ...envelope } = response.body;
  expect(envelope).to.deep.equal({ success: false, statusCode: status, data: null });
  expect(error.message, response.text).to.equal(message);
  expect(ERROR_MEMBERS, response.text).to.include.members(Object.keys(error));
  expect(error.requestId).to.equal(response.headers.get('x-request-id'));
  if (code !== undefined) expect(error.code, response.text).to.equal(code);
  if (status === 429) expect(response.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
  return response;
}

/** An error whose words are ours. */
export function expectRefusal(response: ApiResponse, status: number, code: string): ApiResponse {
  return expectFailure(response, status, response.body?.error?.message, code);
}
