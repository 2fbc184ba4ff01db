import express, { type Express } from 'express';
import { GatehouseError, NotFoundError } from '../errors/gatehouse-error.js';
import { type AccessLogOptions, accessLog } from './middleware/access-log.js';
import { crossOrigin } from './middleware/cross-origin.js';
import { errorHandler } from './middleware/error-handler.js';
import { requestId } from './middleware/request-id.js';
import { openApiDocument } from './openapi.js';
import type { Route } from './route.js';
import { runRoute } from './run-route.js';
import { runWebhook } from './run-webhook.js';
import type { Services } from './services.js';
import type { Webhook } from './webhook.js';

export interface AppOptions extends AccessLogOptions {
  readonly services: Services;
  readonly routes: readonly Route[];
  /** None unless given. */
  readonly webhooks?: readonly Webhook[];
  /** From which browsers may call the Account API; none unless given. */
  readonly origins?: readonly string[];
}

/** The HTTP function: every declared route and webhook, and nothing that is not declared. */
export function createApp({ services, routes, webhooks = [], origins = [], ...log }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // `/Partner/` and `/partner//auth` are other paths, so that no variant of one slips past a rule for it.
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  app.use(accessLog(log), requestId);
  addServiceRoutes(app, routes);
  const ownOrigins = crossOrigin(origins);
  for (const [path, methods] of byPath(routes)) {
    if (methods.some(({ api }) => api === 'account')) app.all(path, ownOrigins);
    addPath(app, path, methods, services);
  }
  for (const webhook of webhooks) addWebhook(app, webhook, services);
  app.use(() => {
    throw new NotFoundError('There is no such path.');
  });
  app.use(errorHandler(log.logger));
  return app;
}

function addPath(app: Express, path: string, routes: readonly Route[], services: Services): void {
  for (const route of routes) app[methodName(route)](path, runRoute(route, services));
  refuseOtherMethods(
    app,
    path,
    routes.map(({ method }) => method),
  );
}

/** Providers call these, and no caller of an API: they stand in no OpenAPI document. */
function addWebhook(app: Express, webhook: Webhook, services: Services): void {
  app.post(webhook.path, runWebhook(webhook, services));
  refuseOtherMethods(app, webhook.path, ['POST']);
}

/** What is not an operation of an API: open to anybody, without state. */
function addServiceRoutes(app: Express, routes: readonly Route[]): void {
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/openapi.json', (_request, response) => void response.json(openApiDocument(routes)));
  for (const path of ['/health', '/openapi.json']) refuseOtherMethods(app, path, ['GET']);
}

function refuseOtherMethods(app: Express, path: string, allowed: readonly string[]): void {
  app.all(path, (_request, response) => {
    response.set('Allow', allowed.join(', '));
    throw new GatehouseError('method_not_allowed', `Use ${allowed.join(' or ')} here.`);
  });
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

function methodName({ method }: Route): 'get' | 'post' | 'patch' | 'delete' {
  return method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
}
