import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failedHandover } from '../../src/adapters/failed-handover.js';
import { MemoryOutbox, MemoryQueue } from '../../src/adapters/memory/memory-delivery.js';
import { memoryPorts } from '../../src/adapters/memory/memory-ports.js';
import { type ComposedServices, composeServices } from '../../src/compose-services.js';
import { composePorts } from '../../src/composition.js';
import { readConfig } from '../../src/config/config.js';
import type { ParamName } from '../../src/config/param-names.js';
import { parseSecrets, type Secrets } from '../../src/config/secrets.js';
import type { CredentialEnvironment } from '../../src/credentials/credential-id.js';
import { SecretHasher } from '../../src/credentials/secret-hasher.js';
import type { MessageSender } from '../../src/delivery/message-sender.js';
import { createApp } from '../../src/http/app.js';
import { routes } from '../../src/http/routes/index.js';
import { webhooks } from '../../src/http/webhooks/index.js';
import type { BackendTimesByName, BreakerPolicy } from '../../src/lib/backend-policy.js';
import { jsonLogger } from '../../src/lib/logger.js';
import { DEFAULT_MAIN_APP, type MainApp } from '../../src/orgs/main-app.js';
import type { OrgSettings } from '../../src/orgs/org-settings.js';
import type { Ports } from '../../src/ports.js';
import { AccountScenario } from './account-scenario.js';
import { ApiClient, type TestOrg } from './api-client.js';
import { PATIENT } from './backend-patience.js';
import { BackendRecorder, RecordedBackgroundWork } from './backend-recorder.js';
import { NEVER_OPENS } from './breakers.js';
import { testStack } from './global-stack.js';
import { callbackVerifiers } from './provider-signer.js';
import { BY } from './records.js';
import { Scenario } from './scenario.js';
import { TestClock } from './test-clock.js';

/** The whole function in this process, on real emulators or in memory, with what tests turn and read. */
export interface TestApp {
  readonly api: ApiClient;
  readonly scenario: Scenario;
  /** The same for users of the main app. */
  readonly account: AccountScenario;
  readonly services: ComposedServices;
  readonly ports: Ports;
  readonly clock: TestClock;
  readonly outbox: MemoryOutbox;
  readonly queue: MemoryQueue;
  readonly backends: BackendRecorder;
  readonly hasher: SecretHasher;
  /** Every line that was logged. */
  readonly logs: string[];
  provision(name?: string, settings?: Partial<OrgSettings>, environment?: CredentialEnvironment): Promise<TestOrg>;
  /** Runs what was queued. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Cheap for tests; that it is bcrypt is what matters here. */
const TEST_BCRYPT_COST = 4;

/** A suite on the emulators. The fixture is there from `before` on. */
export function describeApp(title: string, body: (app: () => TestApp) => void, options: EmulatorAppOptions = {}): void {
  describeWith(title, () => startEmulatorApp(options), body);
}

/** The same in memory: for what needs many requests and no backend. */
export function describeMemoryApp(
  title: string,
  body: (app: () => TestApp) => void,
  options: MemoryAppOptions = {},
): void {
  describeWith(title, () => startMemoryApp(options), body);
}

/** How the deployment has set up its own app. */
export interface MainAppOptions {
  readonly mainApp?: Partial<MainApp>;
  /** From which browsers may call the Account API. */
  readonly origins?: readonly string[];
}

export interface EmulatorAppOptions extends MainAppOptions {
  /** Puts something between the function and the emulators. */
  readonly env?: Readonly<Record<string, string>>;
  readonly breaker?: BreakerPolicy;
  /** Deadlines of calls, for tests of them. Default: such as a busy machine keeps. */
  readonly times?: BackendTimesByName;
  /** Adapters in place of the composed ones. */
  readonly ports?: (clock: TestClock) => Partial<Ports>;
  /** Messages go out through it, and not to the outbox. */
  readonly sender?: MessageSender;
}

export async function startEmulatorApp(options: EmulatorAppOptions = {}): Promise<TestApp> {
  const { env = {}, breaker = NEVER_OPENS, times = PATIENT, ports: replaced = () => ({}) } = options;
  const { sender, mainApp, origins } = options;
  const config = readConfig({ ...testStack().env, ...env });
  const clock = new TestClock();
  const backends = new BackendRecorder();
  const { ports, close } = composePorts(config, { clock, observer: backends.observe, breaker, times });
  const all = { ...ports, ...replaced(clock) };
  return startApp({ ports: all, secrets: config.secrets, clock, backends, sender, mainApp, origins, close });
}

export interface MemoryAppOptions extends MainAppOptions {
  readonly ports?: (clock: TestClock) => Partial<Ports>;
}

export async function startMemoryApp({ ports = () => ({}), ...own }: MemoryAppOptions = {}): Promise<TestApp> {
  const key = (byte: number) =>
    Buffer.from(Array.from({ length: 32 }, (_, index) => (byte + index) % 256)).toString('base64');
  const values: Partial<Record<ParamName, string>> = {
    CODE_PEPPERS: `1:${key(1)}`,
    DATA_KEYS: `1:${key(2)}`,
    INDEX_KEY: key(3),
  };
  const secrets = parseSecrets((name) => values[name] ?? '');
  const clock = new TestClock();
  const close = async () => {};
  return startApp({
    ports: { ...memoryPorts('demo-gatehouse', clock), ...ports(clock) },
    ...own,
    secrets,
    clock,
    backends: new BackendRecorder(),
    close,
  });
}

interface Parts extends Undefinable<MainAppOptions> {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly clock: TestClock;
  readonly backends: BackendRecorder;
  readonly sender?: MessageSender | undefined;
  close(): Promise<void>;
}

type Undefinable<T> = { readonly [Key in keyof T]: T[Key] | undefined };

async function startApp(parts: Parts): Promise<TestApp> {
  const { ports: outer, secrets, clock, backends, sender, mainApp, origins = [], close } = parts;
  const logs: string[] = [];
  const outbox = new MemoryOutbox();
  const queue = new MemoryQueue();
  const send: MemoryOutbox['send'] = (message) =>
    backends
      .observe({ backend: 'outbox', operation: 'send', cost: {} }, () => outbox.send(message))
      .catch((error: unknown) => failedHandover('outbox', error));
  const enqueue: MemoryQueue['enqueue'] = (...job) =>
    backends.observe({ backend: 'tasks', operation: 'enqueue', cost: {} }, () => queue.enqueue(...job));
  const ports: Ports = { ...outer, sender: sender ?? { send }, queue: { enqueue }, callbacks: callbackVerifiers() };
  const hasher = new SecretHasher(TEST_BCRYPT_COST);
  const background = new RecordedBackgroundWork(backends);
  const services = composeServices(ports, {
    secrets,
    clock,
    hasher,
    background,
    mainApp: { ...DEFAULT_MAIN_APP, ...mainApp },
  });
  let drained: Promise<unknown> = Promise.resolve();
  /** Whoever comes second waits for what the first has taken as well. */
  const drain = (): Promise<void> => {
    const draining = drained.then(() => queue.drain((payload) => services.jobs.run(payload)));
    drained = draining.catch(() => {});
    return draining;
  };
  const app = createApp({
    services,
    routes,
    webhooks,
    origins,
    clock,
    logger: jsonLogger((line) => logs.push(line)),
    projectId: 'demo-gatehouse',
    nameClient: () => 'client',
  });
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const api = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const readCode = async (to: string) => {
    await drain();
    const code = codesTo(outbox, to).at(-1);
    if (code === undefined) throw new Error('no code was sent there');
    return code;
  };
  return {
    api,
    scenario: new Scenario(api, readCode),
    account: new AccountScenario(api, readCode),
    services,
    ports,
    clock,
    outbox,
    queue,
    backends,
    hasher,
    logs,
    drain,
    provision: (name = 'Test org', settings = {}, environment = 'live') =>
      services.orgs.create({ name, settings, environment }, BY),
    close: async () => {
      await services.background.idle();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

/** Oldest first. */
export function codesTo({ messages }: MemoryOutbox, contact: string): string[] {
  return messages.flatMap(({ to, code }) => (to === contact && code !== null ? [code] : []));
}

function describeWith(title: string, start: () => Promise<TestApp>, body: (app: () => TestApp) => void): void {
  describe(title, () => {
    let app: TestApp | undefined;
    before(async () => {
      app = await start();
    });
    after(async () => app?.close());
    body(() => {
      if (app === undefined) throw new Error('the app starts in `before`: ask for it in a test');
      return app;
    });
  });
}
