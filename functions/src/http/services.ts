import type { CredentialService } from '../credentials/credential-service.js';
import type { CallbackVerifiers } from '../delivery/callback-verifier.js';
import type { DeliveryReports } from '../delivery/delivery-reports.js';
import type { IdempotencyService } from '../idempotency/idempotency-service.js';
import type { LeasedLimiter } from '../limits/leased-limiter.js';
import type { AccountLogin } from '../main-app/account-login.js';
import type { AccountSessions } from '../main-app/account-sessions.js';
import type { AppCheck } from '../main-app/app-check.js';
import type { ContactVerification } from '../main-app/contact-verification.js';
import type { SignupService } from '../main-app/signup-service.js';
import type { MainApp } from '../orgs/main-app.js';
import type { SessionService } from '../sessions/session-service.js';
import type { LoginService } from '../users/login-service.js';
import type { PasswordService } from '../users/password-service.js';
import type { RegistrationService } from '../users/registration-service.js';
import type { UserService } from '../users/user-service.js';

/** What the routes and webhooks call. */
export interface Services {
  readonly credentials: CredentialService;
  readonly leased: LeasedLimiter;
  readonly idempotency: IdempotencyService;
  readonly sessions: SessionService;
  readonly registration: RegistrationService;
  readonly login: LoginService;
  readonly passwords: PasswordService;
  readonly users: UserService;
  readonly mainApp: MainApp;
  readonly appCheck: AppCheck;
  readonly accountSessions: AccountSessions;
  readonly accountLogin: AccountLogin;
  readonly signup: SignupService;
  readonly verification: ContactVerification;
  readonly callbacks: CallbackVerifiers;
  readonly reports: DeliveryReports;
}
