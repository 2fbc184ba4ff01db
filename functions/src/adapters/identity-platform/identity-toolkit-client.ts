import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';
import { isMap } from '../../lib/is-map.js';
import { errorOf, IdentityToolkitError, isUnanswered } from './identity-toolkit-error.js';

/** Gives OAuth access tokens of the function's service account. */
export interface AccessTokens {
  get(): Promise<string>;
}

export interface IdentityToolkitOptions {
  readonly projectId: string;
  /** The project's web API key: public, it only names the project. */
  readonly apiKey: string;
  /** host:port of the Auth emulator; absent in production. */
  readonly emulatorHost?: string | undefined;
  /** Whether calls name the project that pays for them, as those by a person's login must. */
  readonly billed?: boolean;
}

type Json = Record<string, unknown>;
/** Headers of one request; getting a token is part of the call and of its deadline. */
type Authorize = () => Promise<Record<string, string>>;

/**
 * Identity Platform's REST API, one request a call. firebase-admin's `createUser` and `updateUser` make two requests each
 * and repeat failed ones for up to 132 s; sign-in is not in it at all.
 */
export class IdentityToolkitClient {
  readonly projectId: string;
  private readonly origin: string;

  constructor(
    private readonly options: IdentityToolkitOptions,
    private readonly tokens: AccessTokens,
    private readonly backend: Backend,
  ) {
    this.projectId = options.projectId;
    this.origin =
      options.emulatorHost === undefined
        ? 'https://identitytoolkit.googleapis.com'
        : `http://${options.emulatorHost}/identitytoolkit.googleapis.com`;
  }

  /** A method that clients use too: `accounts:signInWithPassword`. @throws IdentityToolkitError, UnavailableError */
  callPublic(method: string, body: Json): Promise<Json> {
    const url = `${this.origin}/v1/${method}?key=${encodeURIComponent(this.options.apiKey)}`;
    return this.request(method, 'POST', url, async () => ({}), body);
  }

  /** A method that needs our service account; `path` goes below the project. @throws IdentityToolkitError, UnavailableError */
  async callAdmin(
    version: 'v1' | 'v2',
    path: string,
    body: Json | null,
    method: 'GET' | 'POST' | 'DELETE' = 'POST',
  ): Promise<Json> {
    const url = `${this.origin}/${version}/projects/${this.projectId}/${path}`;
    const quota: Record<string, string> = this.options.billed ? { 'x-goog-user-project': this.projectId } : {};
    const authorize = async () => ({ ...quota, authorization: `Bearer ${await this.accessToken()}` });
    return this.request(operationOf(path), method, url, authorize, body);
  }

  private async accessToken(): Promise<string> {
    try {
      return await this.tokens.get();
    } catch (error) {
      throw new UnavailableError(error);
    }
  }

  private async request(
    operation: string,
    method: string,
    url: string,
    authorize: Authorize,
    body: Json | null,
  ): Promise<Json> {
    try {
      return await this.backend.call(operation, {}, async (signal) => {
        const response = await fetch(url, {
          method,
          headers: { ...(await authorize()), 'content-type': 'application/json' },
          ...(body === null ? {} : { body: JSON.stringify(body) }),
          signal,
        });
        const answer: unknown = await response.json();
        if (!response.ok) throw errorOf(response.status, answer);
        if (!isMap(answer)) throw new SyntaxError('the answer is no JSON object');
        return answer;
      });
    } catch (error) {
      throw isUnanswered(error) ? new UnavailableError(error) : error;
    }
  }
}

/** The path without ids and query. */
function operationOf(path: string): string {
  return path.replace(/\?.*$/, '').replace(/^tenants\/[^/]+\/?/, (tenant) => (tenant.endsWith('/') ? '' : 'tenant'));
}

/** Runs a call and maps the reasons it knows; every other error answer means that Identity Platform does not serve us. */
export async function expecting<T>(call: Promise<T>, known: Readonly<Record<string, () => T>>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof IdentityToolkitError)) throw error;
    const outcome = known[error.reason];
    if (outcome === undefined) throw new UnavailableError(error);
    return outcome();
  }
}

/** A field that the documentation promises. @throws UnavailableError when the answer does not have it as text */
export function textOf(answer: Json, field: string): string {
  const value = answer[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new UnavailableError(new Error(`Identity Platform answered without ${field}`));
}
