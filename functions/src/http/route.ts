import type { z } from 'zod';
import type { CredentialScope } from '../credentials/credential-record.js';
import type { AuthenticatedOrg } from '../credentials/credential-service.js';
import type { Locale } from '../delivery/locale.js';
import type { ErrorCode } from '../errors/gatehouse-error.js';
import type { Attempt } from '../idempotency/idempotency-record.js';
import type { LimitName } from '../limits/limit-policy.js';
import type { AccountCaller } from '../main-app/account-sessions.js';
import type { ClientInfo, SessionRecord } from '../sessions/session-record.js';
import { API_WORDINGS, type ApiName, type ErrorWording } from './envelopes.js';
import type { Services } from './services.js';

/**
 * What a caller must show, in the order in which it is checked. `app_check`: that it is the company's own app, where the
 * deployment asks for that. `account`: a session of the main app.
 */
export type Credential = 'org' | 'session' | 'app_check' | 'account';

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** `honoured` where a repetition would create or send something again; `none` where it changes nothing. */
export type Idempotency = 'honoured' | 'none';

export interface ResponseDeclaration {
  readonly description: string;
  /** Of the reply's body, without what the API puts around every success. */
  readonly schema: z.ZodType;
  /** Headers beyond those of every answer, by name, with what they tell. Each answer with this status has them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Everything about an operation but its code: the OpenAPI document and the test batteries are made from it. */
export interface RouteDeclaration<Required extends readonly Credential[], Body extends z.ZodType> {
  readonly api: ApiName;
  readonly method: HttpMethod;
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** What happens, by the name under which it is logged: `login.code_sent`. */
  readonly event: string;
  readonly credentials: Required;
  /** What an org's credential must be for; null where none is asked for. */
  readonly scope: CredentialScope | null;
  /** Limits beyond those of every request with these credentials. */
  readonly limits: readonly LimitName[];
  readonly idempotency: Idempotency;
  /** null where the request has no body. */
  readonly body: Body | null;
  readonly responses: Readonly<Record<number, ResponseDeclaration>>;
  /** Errors beyond those that any route with these credentials and this body can answer. */
  readonly errors: readonly ErrorCode[];
  readonly wording?: ErrorWording;
}

export interface Reply {
  readonly status: number;
  /** JSON; what the API puts around every success is put around it when it is sent. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whom it was about, for the log, where no session tells it. */
  readonly uid?: string;
}

/** What a handler is given: the checked request, and no more of the caller than the route declares. */
export type RouteContext<Required extends readonly Credential[], Body> = {
  readonly services: Services;
  readonly client: ClientInfo;
  /** The language that messages to the user are to be in: what the request asks for, or else the pool owner's. */
  readonly locale: Locale;
  /** Which try of the request this is, where an `Idempotency-Key` ties several together. */
  readonly attempt: Attempt;
  readonly body: Body;
} & ('org' extends Required[number] ? { readonly caller: AuthenticatedOrg } : unknown) &
  ('session' extends Required[number] ? { readonly session: SessionRecord } : unknown) &
  ('account' extends Required[number] ? { readonly account: AccountCaller } : unknown);

export interface Route extends RouteDeclaration<readonly Credential[], z.ZodType> {
  /** Runs the handler on a context whose parts were checked as declared. */
  handle(context: RouteContext<readonly Credential[], unknown>): Promise<Reply>;
}

export function defineRoute<const Required extends readonly Credential[], Body extends z.ZodType>(
  declaration: RouteDeclaration<Required, Body>,
  handler: (context: RouteContext<Required, z.output<Body>>) => Promise<Reply>,
): Route {
  const limits = [...requestLimits(declaration.credentials), ...declaration.limits];
  // The runner has checked the credentials and the body by this declaration; TypeScript can't follow that.
  const wording = { ...API_WORDINGS[declaration.api], ...declaration.wording };
  return { ...declaration, limits, wording, handle: handler as unknown as Route['handle'] };
}

/** Every request counts for the end user's address; an org's for its caller as well: what one address has too many of is not the org's. */
function requestLimits(credentials: readonly Credential[]): readonly LimitName[] {
  return credentials.includes('org')
    ? ['address_requests', 'credential_requests', 'org_requests']
    : ['public_requests'];
}
