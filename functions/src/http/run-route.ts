import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { GatehouseError, InvalidRequestError, RefusedCallerError } from '../errors/gatehouse-error.js';
import { freshAttempt } from '../idempotency/idempotency-service.js';
import { withDeadline } from '../lib/deadline.js';
import { networkOf } from '../lib/ip-address.js';
import { collectStandings, type LimitStanding } from '../limits/limit-standing.js';
import { successBody } from './envelopes.js';
import { rateLimitFields } from './limit-fields.js';
import {
  authenticateAccount,
  authenticateApp,
  authenticateOrg,
  authenticateSession,
} from './middleware/credentials.js';
import { callerAddress, clientOf, localeOf } from './middleware/end-user-client.js';
import { parseJson, readBytes } from './middleware/request-body.js';
import type { Reply, Route, RouteContext } from './route.js';
import type { Services } from './services.js';
import { takeQuotas } from './take-quotas.js';

/** A request is answered within 10 s; what is left of them is for writing the answer. */
export const REQUEST_DEADLINE_MS = 9_500;
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

type Context = RouteContext<readonly ['org', 'session', 'account'], unknown>;

/** Runs one route: the caller's credentials, its limits, the body, then the handler, all under one deadline. */
export function runRoute(route: Route, services: Services): RequestHandler {
  return async (request, response) => {
    response.locals.route = `${route.method} ${route.path}`;
    response.locals.event = route.event;
    response.locals.wording = route.wording;
    const standings = new Map<string, LimitStanding>();
    try {
      const reply = await withDeadline(REQUEST_DEADLINE_MS, () =>
        collectStandings(standings, () => answer(route, services, request, response)),
      );
      response.locals.uid = reply.uid ?? response.locals.uid;
      response.set(rateLimitFields(standings.values()));
      response
        .set(reply.headers ?? {})
        .status(reply.status)
        .json(successBody(route.api, reply.body, reply.status));
    } catch (error) {
      noteRefusal(error, response, standings);
      response.set(rateLimitFields(standings.values()));
      throw error;
    }
  };
}

/** What the log and the caller are told of it. */
function noteRefusal(error: unknown, { locals }: Response, standings: Map<string, LimitStanding>): void {
  if (error instanceof RefusedCallerError) Object.assign(locals, error.caller);
  if (error instanceof GatehouseError) for (const one of error.exceeded) standings.set(one.name, one);
}

async function answer(route: Route, services: Services, request: Request, response: Response): Promise<Reply> {
  const { locals } = response;
  locals.address = callerAddress(request);
  const caller = route.credentials.includes('org') ? await authenticateOrg(services, request, route) : undefined;
  locals.orgId = caller?.org.orgId;
  locals.keyId = caller?.keyId;
  const client = clientOf(request, caller !== undefined);
  locals.address = client.address;
  await takeQuotas(services.leased, route, caller, client);
  const session =
    caller !== undefined && route.credentials.includes('session')
      ? await authenticateSession(services, request, caller)
      : undefined;
  if (route.credentials.includes('app_check')) await authenticateApp(services, request);
  const account = route.credentials.includes('account') ? await authenticateAccount(services, request) : undefined;
  locals.uid = session?.uid ?? account?.user.uid;
  const bytes = route.body === null ? Buffer.alloc(0) : await readBytes(request, response);
  const body = route.body === null ? undefined : parseBody(route.body, parseJson(request, bytes));
  // Each route's own context is narrower; `defineRoute` has typed its handler by the same declaration.
  const locale = localeOf(request, (caller?.org ?? services.mainApp).settings.locale);
  const context = { services, client, locale, body, caller, session, account, attempt: freshAttempt() } as Context;
  const key = route.idempotency === 'honoured' ? request.get('idempotency-key') : undefined;
  if (key === undefined) return route.handle(context);
  return answerOnce(route, context, checkKey(key), bytes, response);
}

/** The answer that was given to the same request before, or this one's, kept for the next. */
async function answerOnce(
  route: Route,
  context: Context,
  key: string,
  bytes: Buffer,
  response: Response,
): Promise<Reply> {
  const { services, session } = context;
  const what = [route.method, route.path, session?.sid ?? '', bytes.toString('base64')];
  const { outcome, replayed } = await services.idempotency.run(
    { caller: callerOf(context), key, request: what },
    (attempt) => route.handle({ ...context, attempt }),
  );
  if (replayed) response.set('Idempotency-Replayed', 'true');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** Whose keys they are. Of those who show nothing it is the network that they call from. */
function callerOf({ caller, account, client }: Partial<Context> & Pick<Context, 'client'>): string {
  if (caller !== undefined) return caller.keyId;
  if (account !== undefined) return account.user.uid;
  return `public/${networkOf(client)}`;
}

function checkKey(key: string): string {
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new InvalidRequestError([{ path: 'Idempotency-Key', message: 'Must be 1 to 255 printable ASCII characters.' }]);
}

function parseBody(schema: z.ZodType, json: unknown): unknown {
  const result = schema.safeParse(json, { error: explain });
  if (result.success) return result.data;
  throw new InvalidRequestError(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
}

/** Says what a field must be, in words; undefined leaves it to the schema, then to zod. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'Required.' : `Must be of type ${issue.expected}.`;
  if (issue.code === 'too_small' && issue.origin === 'string') return `Must have at least ${issue.minimum} characters.`;
  if (issue.code === 'too_big' && issue.origin === 'string') return `Must have at most ${issue.maximum} characters.`;
  return undefined;
}
