import type { CredentialService } from '../credentials/credential-service.js';
import type { CallbackVerifiers } from '../delivery/callback-verifier.js';
import type { DeliveryReports } from '../delivery/delivery-reports.js';
import type { IdempotencyService } from '../idempotency/idempotency-service.js';
import type { LeasedLimiter } from '../limits/leased-limiter.js';
import type { SessionService } from '../sessions/session-service.js';
import type { LoginService } from '../users/login-service.js';
import type { PasswordService } from '../users/password-service.js';
import type { RegistrationService } from '../users/registration-service.js';
import type { UserService } from '../users/user-service.js';

/** What the routes and webhooks call. */
export interface Services {
  readonly credentials: CredentialService;
  readonly quotas: LeasedLimiter;
  readonly idempotency: IdempotencyService;
  readonly sessions: SessionService;
  readonly registration: RegistrationService;
  readonly login: LoginService;
  readonly passwords: PasswordService;
  readonly users: UserService;
  readonly callbacks: CallbackVerifiers;
  readonly reports: DeliveryReports;
}
