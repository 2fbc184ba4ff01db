import type { Express } from 'express';
import { ConsoleEdits } from './admin/console/console-edits.js';
import { type ComposedServices, composeServices, composeSweep } from './compose-services.js';
import { composePorts } from './composition.js';
import { readConfig } from './config/config.js';
import {
  assertNoEmulatorInProduction,
  currentEnvironment,
  type Environment,
  inFunctionsEmulator,
  isProduction,
  servedFunction,
} from './config/environment.js';
import { NotTakenError } from './delivery/delivery-worker.js';
import { createApp } from './http/app.js';
import { drainOnSigterm } from './http/draining.js';
import { takeRequestsAsTheyCome } from './http/platform-requests.js';
import { routes } from './http/routes/index.js';
import { webhooks } from './http/webhooks/index.js';
import { BackgroundWork } from './lib/background-work.js';
import { clientName } from './lib/client-name.js';
import { systemClock } from './lib/clock.js';
import { describeError, jsonLogger, type Logger } from './lib/logger.js';
import { loggedPorts } from './logged-ports.js';
import type { SweepService } from './maintenance/sweep-service.js';

interface Runtime {
  readonly app: Express;
  readonly services: ComposedServices;
  readonly sweep: SweepService;
  readonly edits: ConsoleEdits;
  readonly logger: Logger;
}

let runtime: Runtime | undefined;

/** What one instance needs for all its requests; made once. @throws Error when the configuration is not complete. */
export function getRuntime(): Runtime {
  runtime ??= createRuntime();
  return runtime;
}

/**
 * Sends what was queued. What is thrown makes the queue try again and is written to the log by the platform, message and
 * all: what a provider said, which may name the contact, stays out of it. @throws Error
 */
export async function runJob(payload: string): Promise<void> {
  const { services, logger } = getRuntime();
  try {
    await services.jobs.run(payload);
  } catch (error) {
    const isExpected = error instanceof NotTakenError;
    logger.log(isExpected ? 'WARNING' : 'ERROR', 'delivery_postponed', { cause: describeError(error) });
    throw new Error('The message was not sent. The queue tries again.');
  }
}

/** Runs before the process listens. An instance that could not serve safely does not start. */
export function prepareProcess(environment: Environment): void {
  assertNoEmulatorInProduction(environment);
  if (servedFunction(environment) === 'api') takeRequestsAsTheyCome();
  // The Functions emulator starts and ends its processes in a way of its own.
  if (servedFunction(environment) !== undefined && !inFunctionsEmulator(environment))
    drainOnSigterm(async () => runtime?.services.background.idle());
  if (isProduction(environment) && servedFunction(environment) !== undefined) getRuntime();
}

/**
 * functions-framework runs each request in a domain, whose hook is then called for every promise: a fifth of the CPU of a
 * session check. Nothing of ours needs it: what no route catches ends the process either way.
 * @see https://nodejs.org/api/domain.html
 */
export function leaveDomain(): void {
  (process as { domain?: { exit(): void } | null }).domain?.exit();
}

function createRuntime(): Runtime {
  const config = readConfig(currentEnvironment());
  const logger = jsonLogger((line) => process.stdout.write(line));
  for (const { severity, message } of config.delivery.warnings) logger.log(severity, message);
  const ports = loggedPorts(composePorts(config).ports, logger);
  const background = new BackgroundWork((error) =>
    logger.log('WARNING', 'background_failed', { cause: describeError(error) }),
  );
  const services = composeServices(ports, { secrets: config.secrets, mainApp: config.account.mainApp, background });
  const sweep = composeSweep(ports, services, logger);
  return {
    services,
    sweep,
    logger,
    edits: new ConsoleEdits({ ...services, orgStore: ports.orgs, clock: systemClock, logger }),
    app: createApp({
      services,
      routes,
      webhooks,
      origins: config.account.origins,
      logger,
      clock: systemClock,
      projectId: config.projectId,
      nameClient: (address) => clientName(config.secrets.indexKey, address),
    }),
  };
}
