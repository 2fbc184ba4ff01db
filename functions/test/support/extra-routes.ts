import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { createApp } from '../../src/http/app.js';
import type { Route } from '../../src/http/route.js';
import { ApiClient } from './api-client.js';
import type { TestApp } from './describe-app.js';

/** An app of these routes on the services of another, with a log that nobody reads. */
export function appOf({ services, clock }: TestApp, routes: readonly Route[]): Express {
  const logger = { log: () => {} };
  return createApp({ services, routes, clock, logger, projectId: 'demo-gatehouse', nameClient: () => 'client' });
}

/** Routes that a test has declared, on the services of an app. */
export function serveRoutes(other: TestApp, routes: readonly Route[]) {
  return serveApp(appOf(other, routes));
}

export async function serveApp(app: Express) {
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { api: new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), close };
}
