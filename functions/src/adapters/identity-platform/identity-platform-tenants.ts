import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { TenantId } from '../../identity/pool.js';
import type { TenantDirectory } from '../../identity/tenant-directory.js';
import { expecting, type IdentityToolkitClient, textOf } from './identity-toolkit-client.js';

const DISPLAY_NAME_MAX = 20;

export class IdentityPlatformTenants implements TenantDirectory {
  constructor(private readonly toolkit: IdentityToolkitClient) {}

  async create(name: string): Promise<TenantId> {
    const tenant = {
      displayName: displayName(name),
      allowPasswordSignup: true,
      enableEmailLinkSignin: false,
      // Identity Platform's own API is a side door: nobody signs up or deletes users but us.
      client: { permissions: { disabledUserSignup: true, disabledUserDeletion: true } },
      emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
    };
    const created = await expecting(this.toolkit.callAdmin('v2', 'tenants', tenant), {});
    // `projects/<project>/tenants/<id>`
    const tenantId = /\/tenants\/([^/]+)$/.exec(textOf(created, 'name'))?.[1];
    if (tenantId === undefined) throw new UnavailableError(new Error('the new tenant has no id'));
    return tenantId;
  }
}

/** Identity Platform's rule: 4 to 20 letters, digits and hyphens, a letter first. */
function displayName(name: string): string {
  const slug = name.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-');
  return `org-${slug}`.slice(0, DISPLAY_NAME_MAX).replace(/-+$/, '').padEnd(4, '0');
}
