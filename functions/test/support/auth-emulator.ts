import { UnsecuredJWT } from 'jose';
import type { TestOrg } from './api-client.js';
import { testStack } from './global-stack.js';

export interface EmulatorAccount {
  readonly localId: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly phoneNumber?: string;
  readonly disabled?: boolean;
  readonly customAttributes?: string;
  readonly tenantId?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The Auth emulator's own REST API: the side door that a client with the project's web API key has. */
export const authEmulator = {
  /** A method that clients may call. Answers status and body as they come. */
  async asClient(method: string, body: Json): Promise<{ status: number; body: Json }> {
    const { authEmulator: host } = testStack();
    return post(`http://${host}/identitytoolkit.googleapis.com/v1/${method}?key=demo-api-key`, body, {});
  },

  /** A method of admins; without a tenant, on the main app's users. Answers status and body as they come. */
  asAdmin,

  /** A user's account as an admin sees it; without a tenant, one of the main app. @throws Error when there is none. */
  async lookup(tenantId: string | null, uid: string): Promise<EmulatorAccount> {
    const { body } = await asAdmin(tenantId, 'accounts:lookup', { localId: [uid] });
    const [account] = (body['users'] ?? []) as EmulatorAccount[];
    if (account === undefined) throw new Error(`no account ${uid}`);
    return account;
  },

  /** A user that we know nothing of. */
  async createUser(tenantId: string, email: string): Promise<void> {
    await asAdmin(tenantId, 'accounts', { email, password: 'another password' });
  },

  async deleteUser(tenantId: string, email: string): Promise<void> {
    const { body } = await asAdmin(tenantId, 'accounts:lookup', { email: [email] });
    const [account] = (body['users'] ?? []) as EmulatorAccount[];
    await asAdmin(tenantId, 'accounts:delete', { localId: account?.localId });
  },
};

function asAdmin(tenantId: string | null, method: string, body: Json) {
  const { authEmulator: host, projectId } = testStack();
  const pool = tenantId === null ? projectId : `${projectId}/tenants/${tenantId}`;
  const url = `http://${host}/identitytoolkit.googleapis.com/v1/projects/${pool}/${method}`;
  return post(url, body, { authorization: 'Bearer owner' });
}

async function post(url: string, body: Json, headers: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

/**
 * A session token as anybody could forge it for the emulator, which signs nothing: only its claims can be wrong. Without an
 * org, one of the main app.
 */
export function unsignedToken(owner: TestOrg | null, now: number, claims: Readonly<Record<string, unknown>>): string {
  const { projectId } = testStack();
  const firebase = { tenant: owner?.org.tenantId, sign_in_provider: 'custom' };
  return new UnsecuredJWT({ org_id: owner?.org.orgId ?? null, firebase, ...claims })
    .setIssuer(`https://securetoken.google.com/${projectId}`)
    .setAudience(projectId)
    .setIssuedAt(new Date(now))
    .setExpirationTime(new Date(now + 3_600_000))
    .encode();
}
