import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/http/app.js';
import type { Route } from '../../src/http/route.js';
import { ApiClient } from './api-client.js';
import type { TestApp } from './describe-app.js';

/** Routes that a test has declared, on the services of an app. */
export async function serveRoutes({ services, clock }: TestApp, routes: readonly Route[]) {
  const app = createApp({
    services,
    routes,
    clock,
    logger: { log: () => {} },
    projectId: 'demo-gatehouse',
    nameClient: () => 'client',
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { api: new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), close };
}
