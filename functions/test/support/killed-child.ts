import type { AddressInfo } from 'node:net';
import { composeServices } from '../../src/compose-services.js';
import { composePorts } from '../../src/composition.js';
import { readConfig } from '../../src/config/config.js';
import { currentEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/http/app.js';
import { routes } from '../../src/http/routes/index.js';
import type { BackendObserver } from '../../src/lib/backend.js';
import { systemClock } from '../../src/lib/clock.js';
import { jsonLogger } from '../../src/lib/logger.js';
import { PATIENT } from './backend-patience.js';
import { BackendRecorder, RecordedBackgroundWork } from './backend-recorder.js';

/** What a process is started for: one request, and the call to a backend at which it dies. */
export interface ChildJob {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** null lives. `before`: the call is never made. `after`: it has its effect, and nobody hears its answer. */
  readonly kill: { readonly call: number; readonly moment: 'before' | 'after' } | null;
}

/** What it prints when it lives. */
export interface ChildReport {
  readonly status: number;
  readonly calls: readonly string[];
}

/** The credential's own calls: they come before every request alike, a note of its use at most once an hour. */
const NOT_COUNTED = ['credentials.find', 'orgs.find', 'credentials.change'];

const { path, headers, body, kill } = JSON.parse(process.argv[2] ?? '') as ChildJob;
const calls: string[] = [];

/** No handler runs, nothing is flushed: as when the platform takes an instance away. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

const observer: BackendObserver = async (call, proceed) => {
  // What no answer waits for is under way beside every call, and dies with any of them.
  if (NOT_COUNTED.includes(call.operation) || recorder.isBehind) return proceed();
  const mine = kill !== null && calls.length === kill.call ? kill.moment : null;
  calls.push(`${call.backend}.${call.operation}`);
  if (mine === 'before') die();
  try {
    return await proceed();
  } finally {
    // An answer may be an error as well, such as that a document is not there.
    if (mine === 'after') die();
  }
};

const recorder = new BackendRecorder();
const background = new RecordedBackgroundWork(recorder);
const config = readConfig(currentEnvironment());
const { ports } = composePorts(config, { observer, times: PATIENT });
const services = composeServices(ports, { secrets: config.secrets, mainApp: config.account.mainApp, background });
const app = createApp({
  services,
  routes,
  clock: systemClock,
  logger: jsonLogger(() => {}),
  projectId: config.projectId,
  nameClient: () => 'client',
});
const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  const { status } = await fetch(`http://127.0.0.1:${port}${path}`, request);
  const report: ChildReport = { status, calls };
  process.stdout.write(JSON.stringify(report), () => process.exit());
});
