import { onRequest } from 'firebase-functions/https';
import { z } from 'zod';
import { composeServices } from '../../src/compose-services.js';
import { composePorts } from '../../src/composition.js';
import { readConfig } from '../../src/config/config.js';
import { currentEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/http/app.js';
import { takeRequestsAsTheyCome } from '../../src/http/platform-requests.js';
import { defineRoute } from '../../src/http/route.js';
import { routes } from '../../src/http/routes/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { jsonLogger } from '../../src/lib/logger.js';
import { leaveDomain } from '../../src/runtime.js';

/**
 * The function as index.ts makes it, with one more route: no operation of the Partner API is a session check and nothing
 * else, so that one is added here that runs the real middleware and answers.
 */
const sessionCheck = defineRoute(
  {
    api: 'partner',
    method: 'GET',
    path: '/bench/session',
    operationId: 'benchSession',
    summary: 'The session check alone',
    event: 'bench.session_checked',
    credentials: ['org', 'session'],
    scope: 'auth',
    limits: [],
    idempotency: 'none',
    body: null,
    responses: { 200: { description: 'Live.', schema: z.object({ sid: z.string() }) } },
    errors: [],
  },
  async ({ session }) => ({ status: 200, body: { sid: session.sid } }),
);

takeRequestsAsTheyCome();
const config = readConfig(currentEnvironment());
const services = composeServices(composePorts(config).ports, {
  secrets: config.secrets,
  mainApp: config.account.mainApp,
});
const logger = jsonLogger((line) => process.stdout.write(line));
const app = createApp({
  services,
  routes: [...routes, sessionCheck],
  logger,
  clock: systemClock,
  projectId: 'demo-gatehouse',
  nameClient: () => 'client',
});

export const api = onRequest((request, response) => {
  leaveDomain();
  app(request, response);
});
