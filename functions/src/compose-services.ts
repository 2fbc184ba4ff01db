import { AppService } from './apps/app-service.js';
import { CodeService } from './codes/code-service.js';
import { composeAccount } from './compose-account.js';
import { composeDelivery } from './compose-delivery.js';
import type { Secrets } from './config/secrets.js';
import { CredentialAdmin } from './credentials/credential-admin.js';
import { CredentialIssuer } from './credentials/credential-issuer.js';
import { CredentialService } from './credentials/credential-service.js';
import { SecretHasher } from './credentials/secret-hasher.js';
import { DeliveryReports } from './delivery/delivery-reports.js';
import { IdempotencyService } from './idempotency/idempotency-service.js';
import { BackgroundWork } from './lib/background-work.js';
import { type Clock, systemClock } from './lib/clock.js';
import type { Logger } from './lib/logger.js';
import { LeasedLimiter } from './limits/leased-limiter.js';
import { Limiter } from './limits/limiter.js';
import { SweepService } from './maintenance/sweep-service.js';
import { DeviceLog } from './notices/device-log.js';
import { DEFAULT_MAIN_APP, type MainApp } from './orgs/main-app.js';
import { OrgDeletion } from './orgs/org-deletion.js';
import { OrgProvisioner } from './orgs/org-provisioner.js';
import { OrgService } from './orgs/org-service.js';
import { FieldCipher } from './pii/field-cipher.js';
import type { Ports } from './ports.js';
import { SessionAdmin } from './sessions/session-admin.js';
import { SessionService } from './sessions/session-service.js';
import { AccessService } from './users/access-service.js';
import { CodeProof } from './users/code-proof.js';
import { LoginService } from './users/login-service.js';
import { PasswordCheck } from './users/password-check.js';
import { PasswordGuard } from './users/password-guard.js';
import { PasswordService } from './users/password-service.js';
import { PoolUsers } from './users/pool-users.js';
import { RegistrationClaims } from './users/registration-claims.js';
import { RegistrationSaga } from './users/registration-saga.js';
import { RegistrationService } from './users/registration-service.js';
import { SignIns } from './users/sign-ins.js';
import { UserAdmin } from './users/user-admin.js';
import { UserService } from './users/user-service.js';

/** The domain's services on any ports. */
export function composeServices(
  ports: Ports,
  secrets: Secrets,
  clock: Clock = systemClock,
  hasher = new SecretHasher(),
  background = new BackgroundWork(),
  mainApp: MainApp = DEFAULT_MAIN_APP,
) {
  const { indexKey, codePeppers: peppers } = secrets;
  const cipher = new FieldCipher(secrets.dataKeys);
  const limiter = new Limiter({ limits: ports.limits, clock, indexKey });
  const guard = new PasswordGuard({ limiter, clock, indexKey });
  const codes = new CodeService({ challenges: ports.challenges, clock, peppers, indexKey });
  const sessions = new SessionService({ ...ports, clock });
  const quotas = new LeasedLimiter({ limits: ports.limits, clock, indexKey });
  const directory = new PoolUsers(ports);
  const sending = composeDelivery(ports, { directory, mainApp, limiter, quotas, cipher, background, clock, indexKey });
  const { delivery, jobs, ledger, notices } = sending;
  const signIns = new SignIns({ ...ports, clock });
  const access = new AccessService({ ...ports, directory, codes, sessions, signIns, notices, clock });
  const proof = new CodeProof({ directory, prefixes: sending.prefixes, background });
  const claims = new RegistrationClaims({ ...ports, clock });
  const saga = new RegistrationSaga({ ...ports, claims });
  const core = {
    ...sending,
    directory,
    mainApp,
    codes,
    sessions,
    access,
    limiter,
    guard,
    proof,
    claims,
    saga,
    signIns,
  };
  const issuer = new CredentialIssuer({ hasher, clock, indexKey });
  const provisioner = new OrgProvisioner({ ...ports, issuer, clock });
  return {
    access,
    credentials: new CredentialService({ ...ports, hasher, clock, indexKey }),
    credentialAdmin: new CredentialAdmin({ ...ports, issuer, clock }),
    quotas,
    idempotency: new IdempotencyService({ ...ports, cipher, clock, indexKey }),
    sessions,
    delivery,
    notices,
    jobs,
    ledger,
    callbacks: ports.callbacks,
    mainApp,
    appCheck: ports.appCheck,
    reports: new DeliveryReports(sending),
    background,
    apps: new AppService({ ...ports, clock, indexKey }),
    orgs: new OrgService({ orgs: ports.orgs, provisioner, clock }),
    provisioner,
    sessionAdmin: new SessionAdmin({ ...ports, access, clock }),
    deletion: new OrgDeletion({ ...ports, access, clock, indexKey }),
    registration: new RegistrationService({ ...ports, saga, cipher, clock, indexKey }),
    login: new LoginService({
      ...ports,
      ...sending,
      check: new PasswordCheck({ ...ports, directory: ports.users, guard, clock }),
      proof,
      codes,
      sessions,
      delivery,
      notices,
      limiter,
      guard,
      devices: new DeviceLog({ clock, indexKey }),
      background,
      clock,
    }),
    passwords: new PasswordService({
      ...ports,
      ...sending,
      directory,
      proof,
      codes,
      access,
      delivery,
      limiter,
      guard,
      clock,
      indexKey,
    }),
    users: new UserService({ ...ports, cipher }),
    userAdmin: new UserAdmin({ ...ports, access, guard, clock, indexKey }),
    claims,
    ...composeAccount(ports, { ...core, clock, indexKey }),
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
