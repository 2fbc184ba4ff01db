import { CodeService } from './codes/code-service.js';
import { composeDelivery } from './compose-delivery.js';
import type { Secrets } from './config/secrets.js';
import { BackgroundWork } from './lib/background-work.js';
import { type Clock, systemClock } from './lib/clock.js';
import { LeasedLimiter } from './limits/leased-limiter.js';
import { Limiter } from './limits/limiter.js';
import type { MainApp } from './orgs/main-app.js';
import { FieldCipher } from './pii/field-cipher.js';
import type { Ports } from './ports.js';
import { SessionService } from './sessions/session-service.js';
import { AccessService } from './users/access-service.js';
import { CodeProof } from './users/code-proof.js';
import { PasswordGuard } from './users/password-guard.js';
import { PoolUsers } from './users/pool-users.js';
import { RegistrationClaims } from './users/registration-claims.js';
import { RegistrationSaga } from './users/registration-saga.js';
import { SignIns } from './users/sign-ins.js';

/** What a deployment decides, and what tests hold still. */
export interface CoreOptions {
  readonly secrets: Pick<Secrets, 'indexKey' | 'codePeppers' | 'dataKeys'>;
  readonly mainApp: MainApp;
  readonly clock?: Clock | undefined;
  readonly background?: BackgroundWork | undefined;
}

export type Core = ReturnType<typeof composeCore>;

/** What all APIs stand on: users' accounts, codes, sessions, limits and messages. */
export function composeCore(
  ports: Ports,
  { secrets, mainApp, clock = systemClock, background = new BackgroundWork() }: CoreOptions,
) {
  const { indexKey, codePeppers: peppers } = secrets;
  const common = { mainApp, clock, background, indexKey, cipher: new FieldCipher(secrets.dataKeys) };
  const limiter = new Limiter({ ...ports, ...common });
  const leased = new LeasedLimiter({ ...ports, ...common });
  const guard = new PasswordGuard({ ...common, limiter });
  const codes = new CodeService({ ...ports, ...common, peppers });
  const sessions = new SessionService({ ...ports, clock });
  const directory = new PoolUsers(ports);
  const sending = composeDelivery(ports, { ...common, directory, limiter, leased });
  const signIns = new SignIns({ ...ports, clock });
  const { notices, prefixes } = sending;
  const access = new AccessService({ ...ports, clock, directory, codes, sessions, signIns, notices });
  const proof = new CodeProof({ directory, prefixes, background });
  const claims = new RegistrationClaims({ ...ports, clock });
  const saga = new RegistrationSaga({ ...ports, claims });
  const users = { directory, guard, signIns, access, proof, claims, saga };
  return { ...common, ...sending, ...users, limiter, leased, codes, sessions };
}
