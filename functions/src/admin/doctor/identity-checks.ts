import { type Check, type Finding, failed, ok, warning } from './check.js';
import type { DoctorTarget } from './doctor-target.js';
import { patchConfig, patchTenants } from './identity-repairs.js';
import type { IdentityState, Tenant } from './identity-state.js';
import { isTrueAt } from './json.js';
import { listed } from './listed.js';

const PRIVATE = { emailPrivacyConfig: { enableImprovedEmailPrivacy: true } };

export function multiTenancyCheck(state: IdentityState, projectId: string): Check {
  const pages = 'https://console.cloud.google.com/customer-identity';
  return {
    name: 'multi-tenancy',
    async run() {
      const config = await state.config();
      if (!isTrueAt(config, 'multiTenant.allowTenants'))
        return failed(
          'Multi-tenancy is off: no org can be made.',
          `Identity Platform, Settings, Security, Allow tenants: ${pages}/settings?project=${projectId}`,
        );
      // Tenants have a switch of their own, which the check of the tenants looks at.
      if (!isTrueAt(config, 'signIn.email.enabled'))
        return warning(
          'Multi-tenancy is on; the provider Email / Password is off for the project.',
          `Identity Platform, Providers, Email / Password: ${pages}/providers?project=${projectId}`,
        );
      return ok('Multi-tenancy and sign-in with a password are on.');
    },
  };
}

/** Without the protection, anybody with the API key asks Identity Platform who has an account. */
export function enumerationCheck(state: IdentityState, target: DoctorTarget): Check {
  return {
    name: 'email enumeration protection',
    async run() {
      const [config, tenants] = await Promise.all([state.config(), state.tenants()]);
      const open = tenants.filter(({ hidesWhoExists }) => !hidesWhoExists).map(({ id }) => id);
      const projectIsOpen = !isTrueAt(config, 'emailPrivacyConfig.enableImprovedEmailPrivacy');
      const where = [projectIsOpen ? ['the project'] : [], open.length > 0 ? [`tenants ${listed(open)}`] : []].flat();
      if (where.length === 0) return ok(`It is on for the project and all tenants (${tenants.length}).`);
      const repairs = [
        projectIsOpen ? [patchConfig(target, PRIVATE)] : [],
        open.length > 0 ? [patchTenants(target, open, PRIVATE)] : [],
      ].flat();
      return failed(`It is off for ${where.join(' and for ')}.`, repairs.join('\n'));
    },
  };
}

interface Fault {
  readonly what: string;
  readonly settings: object;
  has(tenant: Tenant): boolean;
}

const DISABLED: Fault = {
  what: 'sign-in is disabled',
  settings: { disableAuth: false },
  has: ({ disabled }) => disabled,
};
const PASSWORDLESS: Fault = {
  what: 'passwords are off',
  settings: { allowPasswordSignup: true },
  has: ({ passwords }) => !passwords,
};
/** The API key is all it takes: both go round our API. */
const SIDE_DOORS: readonly Fault[] = [
  {
    what: 'anybody may sign up',
    settings: { client: { permissions: { disabledUserSignup: true } } },
    has: ({ clientsMaySignUp }) => clientsMaySignUp,
  },
  {
    what: 'users may delete themselves',
    settings: { client: { permissions: { disabledUserDeletion: true } } },
    has: ({ clientsMayDelete }) => clientsMayDelete,
  },
];

/** The Auth emulator does not keep the settings behind the side doors. */
export function tenantsCheck(state: IdentityState, target: DoctorTarget): Check {
  const faults = [DISABLED, PASSWORDLESS, ...(target.emulators === null ? SIDE_DOORS : [])];
  return { name: 'tenants', run: async () => judge(await state.tenants(), faults, target) };
}

function judge(tenants: readonly Tenant[], faults: readonly Fault[], target: DoctorTarget): Finding {
  if (tenants.length === 0) return ok('There are none yet: each org brings one.');
  const found = faults
    .map((fault) => ({ ...fault, ids: tenants.filter(fault.has).map(({ id }) => id) }))
    .filter(({ ids }) => ids.length > 0);
  if (found.length === 0) return ok(`All tenants (${tenants.length}) are set as they should be.`);
  const messages = found.map(({ what, ids }) => `${what} in ${listed(ids)}`);
  const repairs = found.map(({ ids, settings }) => patchTenants(target, ids, settings));
  return failed(`Of ${tenants.length} tenants: ${messages.join('; ')}.`, repairs.join('\n'));
}
