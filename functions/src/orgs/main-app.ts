import { ACCOUNT_PASSWORD_MIN } from '../users/password-policy.js';
import type { OrgRecord } from './org-record.js';
import { DEFAULT_ORG_SETTINGS } from './org-settings.js';

/**
 * The company's own app, whose users are the project's own pool, outside any tenant. To the core it is what a partner's org
 * is: settings, a name and addresses for messages. It is made of the deployment's configuration, not of a document.
 */
export interface MainApp extends Omit<OrgRecord, 'orgId' | 'tenantId' | 'createdAt' | 'sessionsValidFrom'> {
  readonly orgId: null;
  readonly tenantId: null;
  /** Whether asking for a reset code answers the same for emails that nobody has. */
  readonly hidesExistence: boolean;
  /** Whether only the company's own apps may call what needs no token. */
  readonly requiresAppCheck: boolean;
}

/** As a deployment has it that sets nothing of it. */
export const DEFAULT_MAIN_APP: MainApp = {
  orgId: null,
  tenantId: null,
  name: '',
  status: 'active',
  environment: 'live',
  settings: { ...DEFAULT_ORG_SETTINGS, passwordMinLength: ACCOUNT_PASSWORD_MIN },
  hidesExistence: false,
  requiresAppCheck: false,
};
