import { type Served, startServe } from '../../../tools/stack/start-serve.js';
import { ApiClient } from './api-client.js';
import { testStack } from './global-stack.js';
import { Scenario } from './scenario.js';

interface OutboxEntry {
  readonly code: string;
  readonly purpose: string;
}

const MESSAGE_DEADLINE_MS = 60_000;

/** The built code under functions-framework, as production runs it, in several processes on one port. */
export interface ServedApp {
  readonly api: ApiClient;
  readonly scenario: Scenario;
  /** Codes sent to a contact, newest first. Those that are queued come when the task function has run. */
  codesTo(contact: string, atLeast?: number): Promise<string[]>;
  /** What the processes have printed: production's log. */
  readonly output: string[];
  readonly served: Served;
}

/** `env` puts something between the function and the emulators. */
export async function startServedApp(
  processes: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ServedApp> {
  const output: string[] = [];
  const served = await startServe(testStack(), {
    processes,
    env,
    onOutput: (line) => output.push(line),
  });
  const api = new ApiClient(served.baseUrl);
  const scenario = new Scenario(api, async (to) => (await codesTo(to))[0] ?? '');
  return { api, scenario, codesTo, output, served };
}

async function codesTo(contact: string, atLeast = 1): Promise<string[]> {
  const end = Date.now() + MESSAGE_DEADLINE_MS;
  for (;;) {
    const response = await fetch(`${testStack().outboxUrl}?to=${encodeURIComponent(contact)}`);
    const messages = (await response.json()) as OutboxEntry[];
    if (messages.length >= atLeast) return messages.map(({ code }) => code);
    if (Date.now() > end) throw new Error(`${messages.length} of ${atLeast} messages came`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
