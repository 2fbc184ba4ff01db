import type { CodeService } from './codes/code-service.js';
import type { DeliveryService } from './delivery/delivery-service.js';
import type { SendQuotas } from './delivery/send-quotas.js';
import type { Clock } from './lib/clock.js';
import type { Limiter } from './limits/limiter.js';
import { AccountLogin } from './main-app/account-login.js';
import { AccountSessions } from './main-app/account-sessions.js';
import { ContactVerification } from './main-app/contact-verification.js';
import { PhoneOwnership } from './main-app/phone-ownership.js';
import { SignupService } from './main-app/signup-service.js';
import type { NoticeService } from './notices/notice-service.js';
import type { MainApp } from './orgs/main-app.js';
import type { Ports } from './ports.js';
import type { SessionService } from './sessions/session-service.js';
import type { AccessService } from './users/access-service.js';
import type { CodeProof } from './users/code-proof.js';
import { PasswordCheck } from './users/password-check.js';
import type { PasswordGuard } from './users/password-guard.js';
import type { RegistrationClaims } from './users/registration-claims.js';
import type { RegistrationSaga } from './users/registration-saga.js';
import type { SignIns } from './users/sign-ins.js';
import type { UserDirectory } from './users/user-directory.js';

type AccountPorts = Pick<Ports, 'identities' | 'profiles' | 'reservations' | 'sessions' | 'verifier'>;

/** What the APIs have in common. */
interface Core {
  readonly mainApp: MainApp;
  readonly directory: UserDirectory;
  readonly codes: CodeService;
  readonly sessions: SessionService;
  readonly access: AccessService;
  readonly delivery: DeliveryService;
  readonly quotas: SendQuotas;
  readonly notices: NoticeService;
  readonly limiter: Limiter;
  readonly guard: PasswordGuard;
  readonly proof: CodeProof;
  readonly claims: RegistrationClaims;
  readonly saga: RegistrationSaga;
  readonly signIns: SignIns;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** What serves the main app's users, on the core that serves the partners'. */
export function composeAccount(ports: AccountPorts, core: Core) {
  const accountSessions = new AccountSessions({ ...ports, ...core, store: ports.sessions });
  const check = new PasswordCheck({ ...ports, ...core });
  const phones = new PhoneOwnership({ ...ports, ...core });
  const verification = new ContactVerification({ ...ports, ...core, phones });
  return {
    accountSessions,
    accountLogin: new AccountLogin({ ...core, check, accountSessions }),
    signup: new SignupService({ ...ports, ...core, accountSessions, verification }),
    verification,
  };
}
