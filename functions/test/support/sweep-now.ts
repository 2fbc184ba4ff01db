import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/logger.js';
import { type SweepReport, SweepService } from '../../src/maintenance/sweep-service.js';
import { RegistrationClaims } from '../../src/users/registration-claims.js';
import type { TestApp } from './describe-app.js';

/**
 * Sweeps once, as an instance of its own would, on the app's backends. Where it would wait, so as not to delete too many identities a
 * second or for what is not due yet, it moves the app's clock on: sweeper.ts looks at the waits themselves.
 */
export function sweepNow(
  { ports, services, clock }: TestApp,
  logger: Logger = { log: () => {} },
): Promise<SweepReport> {
  const { access, provisioner } = services;
  const waitUntil = async (time: number) => clock.advance(Math.max(0, time - clock.now()));
  const swift: Clock = { now: () => clock.now(), pause: (milliseconds) => waitUntil(clock.now() + milliseconds) };
  return new SweepService({
    ...ports,
    registrations: new RegistrationClaims({ ...ports, clock: swift }),
    access,
    provisioner,
    clock: swift,
    logger,
  }).run();
}
