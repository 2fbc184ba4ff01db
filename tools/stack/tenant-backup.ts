import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackInfo } from './stack-info.js';

/** The Auth emulator's own export leaves tenants and their users out. Its REST API gives and takes them whole. */
interface TenantBackup {
  tenant: Record<string, unknown> & { tenantId: string };
  users: object[];
}

const FILE = 'tenants.json';
const PAGE_SIZE = 1_000;

export async function saveTenants(info: StackInfo, dataDir: string): Promise<void> {
  const { tenants = [] } = await request<{ tenants?: TenantBackup['tenant'][] }>(
    info,
    'GET',
    v2(info, 'tenants?pageSize=1000'),
  );
  const backups: TenantBackup[] = [];
  for (const tenant of tenants) backups.push({ tenant, users: await listUsers(info, tenant.tenantId) });
  writeFileSync(join(dataDir, FILE), JSON.stringify(backups, null, 2), { mode: 0o600 });
}

export async function restoreTenants(info: StackInfo, dataDir: string, log: (line: string) => void): Promise<void> {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) return;
  const backups = JSON.parse(readFileSync(file, 'utf8')) as TenantBackup[];
  for (const backup of backups) await restoreTenant(info, backup);
  const users = backups.reduce((sum, backup) => sum + backup.users.length, 0);
  log(`Restored ${backups.length} tenants with ${users} users (the emulators' own import leaves them out).`);
}

/** A tenant that is named but unknown comes into being in the emulator, under that very id. */
async function restoreTenant(info: StackInfo, { tenant, users }: TenantBackup): Promise<void> {
  const { name: _name, tenantId, ...settings } = tenant;
  const mask = Object.keys(settings).join(',');
  await request(info, 'GET', v2(info, `tenants/${tenantId}`));
  if (users.length > 0) await request(info, 'POST', v1(info, `tenants/${tenantId}/accounts:batchCreate`), { users });
  await request(info, 'PATCH', v2(info, `tenants/${tenantId}?updateMask=${mask}`), settings);
}

async function listUsers(info: StackInfo, tenantId: string): Promise<object[]> {
  const users: object[] = [];
  let pageToken = '';
  do {
    const query = `maxResults=${PAGE_SIZE}${pageToken ? `&nextPageToken=${encodeURIComponent(pageToken)}` : ''}`;
    const page = await request<{ users?: object[]; nextPageToken?: string }>(
      info,
      'GET',
      v1(info, `tenants/${tenantId}/accounts:batchGet?${query}`),
    );
    users.push(...(page.users ?? []));
    pageToken = page.users?.length === PAGE_SIZE ? (page.nextPageToken ?? '') : '';
  } while (pageToken);
  return users;
}

function v1(info: StackInfo, path: string): string {
  return `/identitytoolkit.googleapis.com/v1/projects/${info.projectId}/${path}`;
}

function v2(info: StackInfo, path: string): string {
  return `/identitytoolkit.googleapis.com/v2/projects/${info.projectId}/${path}`;
}

async function request<T>(info: StackInfo, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`http://${info.authEmulator}${path}`, {
    method,
    headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The Auth emulator answered ${response.status} to ${method} ${path}: ${text}`);
  return JSON.parse(text) as T;
}
