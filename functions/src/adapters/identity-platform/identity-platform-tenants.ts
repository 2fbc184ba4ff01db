import { createHash } from 'node:crypto';
import { UnavailableError } from '../../errors/gatehouse-error.js';
import type { TenantId } from '../../identity/pool.js';
import { type TenantDirectory, TenantSetupError } from '../../identity/tenant-directory.js';
import type { OrgId } from '../../orgs/org-id.js';
import { expecting, type IdentityToolkitClient, textOf } from './identity-toolkit-client.js';

/** Identity Platform's rule: 4 to 20 letters, digits and hyphens, a letter first. */
const DISPLAY_NAME_MAX = 20;
const MARK_LENGTH = 10;
const PAGE_SIZE = 1_000;

interface Tenant {
  /** `projects/<project>/tenants/<id>` */
  readonly name?: string;
  readonly displayName?: string;
}

/** What an admin has to do about an answer that says no. */
const SETUP_PROBLEMS: Readonly<Record<string, string>> = {
  OPERATION_NOT_ALLOWED: 'Turn on multi-tenancy: Google Cloud console, Identity Platform, Settings, Security.',
  UNSUPPORTED_TENANT_OPERATION: 'Turn on multi-tenancy: Google Cloud console, Identity Platform, Settings, Security.',
  CONFIGURATION_NOT_FOUND: 'Enable Identity Platform: Google Cloud console, Identity Platform.',
  PERMISSION_DENIED: "Grant the functions' service account the role Identity Platform Admin.",
  INSUFFICIENT_PERMISSION: "Grant the functions' service account the role Identity Platform Admin.",
};

export class IdentityPlatformTenants implements TenantDirectory {
  constructor(private readonly toolkit: IdentityToolkitClient) {}

  async create(orgId: OrgId, name: string): Promise<TenantId> {
    const tenant = {
      displayName: displayName(orgId, name),
      allowPasswordSignup: true,
      enableEmailLinkSignin: false,
      // Identity Platform's own API is a side door: nobody signs up or deletes users but us.
      client: { permissions: { disabledUserSignup: true, disabledUserDeletion: true } },
      emailPrivacyConfig: { enableImprovedEmailPrivacy: true },
    };
    const created = await withSetup(this.toolkit.callAdmin('v2', 'tenants', tenant));
    const id = idOf({ name: textOf(created, 'name') });
    if (id === null) throw new UnavailableError(new Error('the new tenant has no id'));
    return id;
  }

  async findOf(orgId: OrgId): Promise<TenantId | null> {
    const mark = `-${markOf(orgId)}`;
    let pageToken = '';
    do {
      const query = new URLSearchParams({ pageSize: String(PAGE_SIZE), ...(pageToken === '' ? {} : { pageToken }) });
      const page = await withSetup(this.toolkit.callAdmin('v2', `tenants?${query}`, null, 'GET'));
      const found = ((page['tenants'] ?? []) as Tenant[]).find(({ displayName }) => displayName?.endsWith(mark));
      if (found !== undefined) return idOf(found);
      pageToken = String(page['nextPageToken'] ?? '');
    } while (pageToken !== '');
    return null;
  }

  async delete(tenantId: TenantId): Promise<void> {
    await expecting(this.toolkit.callAdmin('v2', `tenants/${tenantId}`, null, 'DELETE'), {
      TENANT_NOT_FOUND: () => ({}),
    });
  }
}

async function withSetup(call: Promise<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const known = Object.entries(SETUP_PROBLEMS).map(([reason, message]) => [
    reason,
    () => {
      throw new TenantSetupError(message);
    },
  ]);
  return expecting(call, Object.fromEntries(known));
}

function idOf({ name }: Tenant): TenantId | null {
  return /\/tenants\/([^/]+)$/.exec(name ?? '')?.[1] ?? null;
}

/** For people, as far as there is room, and with a mark by which the tenant is found again. */
function displayName(orgId: OrgId, name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, DISPLAY_NAME_MAX - MARK_LENGTH - 1);
  return `${slug === '' ? 'org' : slug}-${markOf(orgId)}`;
}

function markOf(orgId: OrgId): string {
  return createHash('sha256').update(orgId).digest('hex').slice(0, MARK_LENGTH);
}
