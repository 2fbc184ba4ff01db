import { expect } from 'chai';
import type { IssuedCredential } from '../../src/credentials/credential-issuer.js';
import type { OrgRecord } from '../../src/orgs/org-record.js';

/** An org with a credential that works. */
export interface TestOrg {
  readonly org: OrgRecord;
  readonly credential: IssuedCredential;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; tests look into it as they please. */
  // biome-ignore lint/suspicious/noExplicitAny: assertions say what is expected of it
  readonly body: any;
}

export interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly org?: TestOrg | null;
  readonly session?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array;
}

/** Calls the API as a partner's backend does. */
export class ApiClient {
  constructor(readonly baseUrl: string) {}

  async request(
    path: string,
    { method = 'POST', body, org, session, headers = {}, raw }: ApiRequest = {},
  ): Promise<ApiResponse> {
    const credentials =
      org == null ? {} : { 'x-partner-key': org.credential.key, 'x-partner-secret': org.credential.secret };
    const bearer = session === undefined ? {} : { authorization: `Bearer ${session}` };
    const payload = raw ?? (body === undefined ? null : JSON.stringify(body));
    const type = payload === null ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { ...type, ...credentials, ...bearer, ...headers },
      body: payload,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  post(org: TestOrg, path: string, body: unknown, session?: string): Promise<ApiResponse> {
    return this.request(path, { org, body, ...(session === undefined ? {} : { session }) });
  }
}

/** The machine was too busy to serve somebody: of the code it says nothing. */
export class UnservedError extends Error {
  constructor(told: string) {
    super(`not served: ${told}`);
    this.name = 'UnservedError';
  }
}

/** Fails with the body in the message: a wrong status alone says little. @throws UnservedError for a 503 */
export function expectStatus(response: ApiResponse, status: number): ApiResponse {
  if (response.status === 503 && status !== 503) throw new UnservedError(response.text);
  expect(response.status, response.text).to.equal(status);
  return response;
}

/** Checks an error of the Partner or the Account API: status, `error.code`, and the envelope. */
export function expectError(response: ApiResponse, status: number, code: string): ApiResponse {
  expectStatus(response, status);
  expect(response.body.success, response.text).to.equal(false);
  expect(response.body.error.code, response.text).to.equal(code);
  expect(response.body.error.requestId).to.equal(response.headers.get('x-request-id'));
  return response;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
