import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ComposedServices, composeServices } from '../../src/compose-services.js';
import { composePorts } from '../../src/composition.js';
import { readConfig } from '../../src/config/config.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import { createApp } from '../../src/http/app.js';
import { routes } from '../../src/http/routes/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { jsonLogger } from '../../src/lib/logger.js';
import { AccountScenario } from './account-scenario.js';
import { ApiClient } from './api-client.js';
import { BackendRecorder } from './backend-recorder.js';
import { FaultyLink } from './faulty-link.js';
import { testStack } from './global-stack.js';
import { Scenario } from './scenario.js';

const TASKS_VARIABLE = 'CLOUD_TASKS_EMULATOR_HOST';

/** The function with every adapter as in production, each on a link of its own that can be cut. */
export interface LinkedApp {
  readonly api: ApiClient;
  readonly scenario: Scenario;
  readonly account: AccountScenario;
  readonly services: ComposedServices;
  readonly backends: BackendRecorder;
  readonly links: Readonly<Record<'firestore' | 'identity-platform' | 'outbox', FaultyLink>>;
  /** Codes that reached a contact, newest first. */
  codesTo(contact: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function startLinkedApp(): Promise<LinkedApp> {
  const { env, outboxUrl, firestoreEmulator, authEmulator, tasksEmulator } = testStack();
  // Where firebase-admin looks for it.
  process.env[TASKS_VARIABLE] = tasksEmulator ?? '';
  const links = {
    firestore: await FaultyLink.to(firestoreEmulator),
    'identity-platform': await FaultyLink.to(authEmulator),
    outbox: await FaultyLink.to(new URL(outboxUrl).host),
  };
  const config = readConfig({
    ...env,
    FIRESTORE_EMULATOR_HOST: links.firestore.host,
    FIREBASE_AUTH_EMULATOR_HOST: links['identity-platform'].host,
    OUTBOX_URL: `http://${links.outbox.host}/messages`,
  });
  const backends = new BackendRecorder();
  const { ports, close } = composePorts(config, { observer: backends.observe });
  const services = composeServices(ports, {
    secrets: config.secrets,
    mainApp: config.account.mainApp,
    hasher: new SecretHasher(4),
  });
  const app = createApp({
    services,
    routes,
    clock: systemClock,
    logger: jsonLogger(() => {}),
    projectId: config.projectId,
    nameClient: () => 'client',
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const api = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const codesTo = async (contact: string): Promise<string[]> => {
    const response = await fetch(`${outboxUrl}?to=${encodeURIComponent(contact)}`);
    return ((await response.json()) as { code: string }[]).map(({ code }) => code);
  };
  const readCode = async (to: string) => (await codesTo(to))[0] ?? '';
  return {
    api,
    scenario: new Scenario(api, readCode),
    account: new AccountScenario(api, readCode),
    services,
    backends,
    links,
    codesTo,
    close: async () => {
      await services.background.idle();
      delete process.env[TASKS_VARIABLE];
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
      for (const link of Object.values(links)) await link.close();
    },
  };
}
