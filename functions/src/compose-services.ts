import { AppService } from './apps/app-service.js';
import { composeAccount } from './compose-account.js';
import { type CoreOptions, composeCore } from './compose-core.js';
import type { Secrets } from './config/secrets.js';
import { CredentialAdmin } from './credentials/credential-admin.js';
import { CredentialIssuer } from './credentials/credential-issuer.js';
import { CredentialService } from './credentials/credential-service.js';
import { SecretHasher } from './credentials/secret-hasher.js';
import { IdempotencyService } from './idempotency/idempotency-service.js';
import { type Clock, systemClock } from './lib/clock.js';
import type { Logger } from './lib/logger.js';
import { SweepService } from './maintenance/sweep-service.js';
import { DeviceLog } from './notices/device-log.js';
import { OrgDeletion } from './orgs/org-deletion.js';
import { OrgProvisioner } from './orgs/org-provisioner.js';
import { OrgService } from './orgs/org-service.js';
import type { Ports } from './ports.js';
import { SessionAdmin } from './sessions/session-admin.js';
import { LoginService } from './users/login-service.js';
import { PasswordCheck } from './users/password-check.js';
import { PasswordService } from './users/password-service.js';
import { RegistrationService } from './users/registration-service.js';
import { UserAdmin } from './users/user-admin.js';
import { UserService } from './users/user-service.js';

export interface ServiceOptions extends CoreOptions {
  readonly secrets: Secrets;
  readonly hasher?: SecretHasher;
}

/** The domain's services on any ports. */
export function composeServices(ports: Ports, { hasher = new SecretHasher(), ...options }: ServiceOptions) {
  const core = composeCore(ports, options);
  const { access, clock, indexKey } = core;
  const issuer = new CredentialIssuer({ hasher, clock, indexKey });
  const provisioner = new OrgProvisioner({ ...ports, issuer, clock });
  const check = new PasswordCheck({ ...ports, ...core, directory: ports.users });
  const devices = new DeviceLog(core);
  return {
    access,
    credentials: new CredentialService({ ...ports, hasher, clock, indexKey }),
    credentialAdmin: new CredentialAdmin({ ...ports, issuer, clock }),
    leased: core.leased,
    idempotency: new IdempotencyService({ ...ports, ...core }),
    sessions: core.sessions,
    delivery: core.delivery,
    notices: core.notices,
    jobs: core.jobs,
    ledger: core.ledger,
    callbacks: ports.callbacks,
    mainApp: core.mainApp,
    appCheck: ports.appCheck,
    reports: core.reports,
    background: core.background,
    apps: new AppService({ ...ports, clock, indexKey }),
    orgs: new OrgService({ orgs: ports.orgs, provisioner, clock }),
    provisioner,
    sessionAdmin: new SessionAdmin({ ...ports, access, clock }),
    deletion: new OrgDeletion({ ...ports, access, clock, indexKey }),
    registration: new RegistrationService({ ...ports, ...core }),
    login: new LoginService({ ...ports, ...core, check, devices }),
    passwords: new PasswordService({ ...ports, ...core }),
    users: new UserService({ ...ports, cipher: core.cipher }),
    userAdmin: new UserAdmin({ ...ports, access, directory: core.directory, guard: core.guard, clock, indexKey }),
    claims: core.claims,
    ...composeAccount(ports, core),
  };
}

export type ComposedServices = ReturnType<typeof composeServices>;

export function composeSweep(
  ports: Ports,
  { access, claims, provisioner }: ComposedServices,
  logger: Logger,
  clock: Clock = systemClock,
): SweepService {
  return new SweepService({
    ...ports,
    registrations: claims,
    access,
    provisioner,
    clock,
    logger,
  });
}
