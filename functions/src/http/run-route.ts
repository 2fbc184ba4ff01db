import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { InvalidRequestError } from '../errors/gatehouse-error.js';
import { DeadlineExceededError, underDeadline } from '../lib/deadline.js';
import { authenticateOrg, authenticateSession, endUserClient } from './middleware/credentials.js';
import { readJson } from './middleware/json-body.js';
import type { Reply, Route, RouteContext } from './route.js';
import type { Services } from './services.js';

/** A request is answered within 10 s; what is left of them is for writing the answer. */
const REQUEST_DEADLINE_MS = 9_500;

/** Runs one route: the caller's credentials, then the body, then the handler, all under one deadline. */
export function runRoute(route: Route, services: Services): RequestHandler {
  return async (request, response) => {
    response.locals.route = `${route.method} ${route.path}`;
    const { status, body, headers = {} } = await withinDeadline(() => answer(route, services, request, response));
    response.set(headers).status(status).json(body);
  };
}

async function answer(route: Route, services: Services, request: Request, response: Response): Promise<Reply> {
  const caller = await authenticateOrg(services, request);
  response.locals.orgId = caller.org.orgId;
  const session = route.credentials.includes('session')
    ? await authenticateSession(services, request, caller)
    : undefined;
  const body = route.body === null ? undefined : await parseBody(route.body, await readJson(request, response));
  // Each route's own context is narrower; `defineRoute` has typed its handler by the same declaration.
  const context = { services, client: endUserClient(request), body, caller, session } as RouteContext<
    ['org', 'session'],
    unknown
  >;
  return route.handle(context);
}

async function parseBody(schema: z.ZodType, json: unknown): Promise<unknown> {
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

async function withinDeadline(work: () => Promise<Reply>): Promise<Reply> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(), REQUEST_DEADLINE_MS);
  const expired = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DeadlineExceededError('request')), { once: true });
  });
  try {
    return await Promise.race([underDeadline(signal, work), expired]);
  } finally {
    clearTimeout(timer);
  }
}
