import type { Core } from './compose-core.js';
import { AccountLogin } from './main-app/account-login.js';
import { AccountSessions } from './main-app/account-sessions.js';
import { ContactVerification } from './main-app/contact-verification.js';
import { PhoneOwnership } from './main-app/phone-ownership.js';
import { SignupService } from './main-app/signup-service.js';
import type { Ports } from './ports.js';
import { PasswordCheck } from './users/password-check.js';

/** What serves the main app's users, on the core that serves the partners'. */
export function composeAccount(ports: Ports, core: Core) {
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
