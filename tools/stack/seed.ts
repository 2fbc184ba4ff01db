import { existsSync, readFileSync } from 'node:fs';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import type { Actor } from '../../functions/src/audit/audit-record.js';
import { type ComposedServices, composeServices } from '../../functions/src/compose-services.js';
import { composePorts } from '../../functions/src/composition.js';
import { readConfig } from '../../functions/src/config/config.js';
import type { TrustedIssuer } from '../../functions/src/orgs/org-settings.js';
import { writeLocalFile } from '../local-file.js';
import type { DemoOrg, StackTarget } from './stack-info.js';

const DEMO_ORGS = ['Acme', 'Globex'];
const BY: Actor = { kind: 'system', id: 'seed', from: null, requestId: 'seed' };

/** The domain's services against a running stack, as the functions have them. */
export function stackServices(env: Readonly<Record<string, string>>): {
  services: ComposedServices;
  close(): Promise<void>;
} {
  const config = readConfig(env);
  const { ports, close } = composePorts(config);
  return { services: composeServices(ports, { secrets: config.secrets, mainApp: config.account.mainApp }), close };
}

/**
 * Creates the demo orgs, or finds those of an earlier start: `memory` is a file that remembers their secrets, which the
 * database does not hold.
 */
export async function seedDemo(target: StackTarget, memory?: string): Promise<DemoOrg[]> {
  const { services, close } = stackServices(target.env);
  try {
    const known = memory === undefined ? [] : recall(memory);
    const orgs = [];
    for (const name of DEMO_ORGS) orgs.push((await findAgain(services, known, name)) ?? (await create(services, name)));
    if (memory !== undefined) writeLocalFile(memory, orgs, { keep: true });
    return orgs;
  } finally {
    await close();
  }
}

function recall(memory: string): DemoOrg[] {
  return existsSync(memory) ? (JSON.parse(readFileSync(memory, 'utf8')) as DemoOrg[]) : [];
}

async function findAgain(
  { credentials }: ComposedServices,
  known: readonly DemoOrg[],
  name: string,
): Promise<DemoOrg | null> {
  const remembered = known.find((org) => org.name === name);
  if (remembered === undefined) return null;
  try {
    const { org } = await credentials.authenticate(remembered.key, remembered.secret);
    return org.tenantId === remembered.tenantId ? remembered : null;
  } catch {
    return null;
  }
}

async function create(services: ComposedServices, name: string): Promise<DemoOrg> {
  const { issuer, trustedIssuer } = await makeIssuer(name);
  const { org, credential } = await services.orgs.create({ name, settings: { trustedIssuer } }, BY);
  const app = await services.apps.create(org.orgId, `${name} app`, ['http://localhost:3000'], BY);
  const { orgId, tenantId } = org;
  return { orgId, name, tenantId, key: credential.key, secret: credential.secret, app, issuer };
}

/** A stand-in for Privy: the org trusts the public half, and whoever reads stack.json can sign with the private one. */
async function makeIssuer(name: string): Promise<{ issuer: DemoOrg['issuer']; trustedIssuer: TrustedIssuer }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = `${name.toLowerCase()}-1`;
  const { iss, aud } = { iss: 'privy.io', aud: `${name.toLowerCase()}-privy-app` };
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };
  return { issuer: { iss, aud, privateKeyPem: await exportPKCS8(privateKey), kid }, trustedIssuer: { iss, aud, jwks } };
}
