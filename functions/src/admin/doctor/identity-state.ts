import { FindingError, failed, skipped } from './check.js';
import { TENANTS_PAGE_SIZE } from './doctor-policy.js';
import type { GoogleApi } from './google-api.js';
import type { Need } from './google-errors.js';
import { isTrueAt, type Json, notAsDocumented, textAt } from './json.js';
import { once } from './once.js';

const ROLE = 'roles/identityplatform.viewer';
/** https://cloud.google.com/identity-platform/docs/reference/rest/v2/projects/getConfig */
const READ_CONFIG: Need = { permission: 'firebaseauth.configs.get', role: ROLE };
/** https://cloud.google.com/identity-platform/docs/reference/rest/v2/projects.tenants/list */
const LIST_TENANTS: Need = { permission: 'identitytoolkit.tenants.list', role: ROLE };

/** A tenant, as far as it matters to us. */
export interface Tenant {
  readonly id: string;
  readonly disabled: boolean;
  readonly passwords: boolean;
  readonly clientsMaySignUp: boolean;
  readonly clientsMayDelete: boolean;
  readonly hidesWhoExists: boolean;
}

/** What several checks ask Identity Platform, asked once. */
export class IdentityState {
  readonly config = once(() => this.readConfig());
  readonly tenants = once(() => this.readTenants());

  constructor(
    private readonly api: GoogleApi,
    private readonly projectId: string,
    private readonly inEmulator: boolean,
  ) {}

  private async readConfig(): Promise<Json> {
    const path = `admin/v2/projects/${this.projectId}/config`;
    const config = await this.api.ask({ api: 'identitytoolkit', path, need: READ_CONFIG });
    if (config === null) throw this.notSetUp();
    return config;
  }

  private async readTenants(): Promise<readonly Tenant[]> {
    if (!this.inEmulator && !isTrueAt(await this.config(), 'multiTenant.allowTenants'))
      throw new FindingError(skipped('There are no tenants while multi-tenancy is off.'));
    const path = `v2/projects/${this.projectId}/tenants`;
    const query = { pageSize: String(TENANTS_PAGE_SIZE) };
    const tenants = await this.api.list({ api: 'identitytoolkit', path, query, need: LIST_TENANTS }, 'tenants');
    if (tenants === null) throw this.notSetUp();
    return tenants.map(tenantOf);
  }

  private notSetUp(): FindingError {
    const page = `https://console.cloud.google.com/customer-identity?project=${this.projectId}`;
    return new FindingError(failed('Identity Platform is not set up in this project.', `Enable it: ${page}`));
  }
}

function tenantOf(tenant: Json): Tenant {
  // It becomes part of a shell command.
  const id = /^projects\/[^/]+\/tenants\/([A-Za-z0-9-]+)$/.exec(textAt(tenant, 'name'))?.[1];
  if (id === undefined) throw notAsDocumented();
  return {
    id,
    disabled: isTrueAt(tenant, 'disableAuth'),
    passwords: isTrueAt(tenant, 'allowPasswordSignup'),
    clientsMaySignUp: !isTrueAt(tenant, 'client.permissions.disabledUserSignup'),
    clientsMayDelete: !isTrueAt(tenant, 'client.permissions.disabledUserDeletion'),
    hidesWhoExists: isTrueAt(tenant, 'emailPrivacyConfig.enableImprovedEmailPrivacy'),
  };
}
