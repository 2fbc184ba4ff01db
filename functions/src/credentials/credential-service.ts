import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ClientInactiveError, InvalidClientError } from '../errors/gatehouse-error.js';
import type { Clock } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import type { OrgId } from '../orgs/org-id.js';
import type { OrgRecord } from '../orgs/org-record.js';
import type { OrgStore } from '../orgs/org-store.js';
import {
  type CredentialEnvironment,
  generateKeyId,
  generateSecret,
  isKeyId,
  isSecret,
  type KeyId,
  type OrgSecret,
} from './credential-id.js';
import { CREDENTIAL_CACHE_MS, CREDENTIAL_CACHE_SIZE } from './credential-policy.js';
import type { CredentialRecord } from './credential-record.js';
import type { CredentialStore } from './credential-store.js';
import type { SecretHasher } from './secret-hasher.js';

interface CredentialServiceDependencies {
  readonly credentials: CredentialStore;
  readonly orgs: OrgStore;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
}

export interface IssuedCredential {
  readonly key: KeyId;
  readonly secret: OrgSecret;
}

/** An org that has proved its key and secret. */
export interface AuthenticatedOrg {
  readonly org: OrgRecord;
  readonly keyId: KeyId;
}

interface Verified {
  readonly credential: CredentialRecord;
  readonly org: OrgRecord;
  readonly until: number;
}

const DEFAULT_SCOPES = ['auth', 'users:read', 'users:write', 'token:exchange'] as const;
const PREFIX_LENGTH = 'gh_secret_live_'.length + 4;

/** Issues org credentials and checks them: checksum, then memory, then one read of each document and one bcrypt. */
export class CredentialService {
  private readonly verified = new LRUCache<string, Verified>({ max: CREDENTIAL_CACHE_SIZE });
  private readonly inFlight = new Map<string, Promise<Verified>>();
  /** Keys of this map are MACs under a key of this instance: no secret is kept in memory. */
  private readonly instanceKey = randomBytes(32);

  constructor(private readonly deps: CredentialServiceDependencies) {}

  async issue(orgId: OrgId, environment: CredentialEnvironment = 'live'): Promise<IssuedCredential> {
    const key = generateKeyId(environment);
    const secret = generateSecret(environment);
    await this.deps.credentials.create({
      keyId: key,
      orgId,
      secretHash: await this.deps.hasher.hash(secret),
      prefix: secret.slice(0, PREFIX_LENGTH),
      status: 'active',
      scopes: DEFAULT_SCOPES,
      createdAt: new Date(this.deps.clock.now()),
      expiresAt: null,
    });
    return { key, secret };
  }

  /** @throws InvalidClientError, ClientInactiveError, UnavailableError */
  async authenticate(key: string | undefined, secret: string | undefined): Promise<AuthenticatedOrg> {
    if (key === undefined || secret === undefined || !isKeyId(key) || !isSecret(secret)) throw new InvalidClientError();
    const { credential, org } = await this.recall(key, secret);
    if (credential.expiresAt !== null && credential.expiresAt.getTime() <= this.deps.clock.now())
      throw new InvalidClientError();
    if (org.status !== 'active') throw new ClientInactiveError();
    return { org, keyId: credential.keyId };
  }

  /** From memory for 60 s; callers that arrive while it is being verified share the one verification. */
  private async recall(key: KeyId, secret: OrgSecret): Promise<Verified> {
    const cacheKey = hmac(this.instanceKey, [key, secret]).toString('base64');
    const known = this.verified.get(cacheKey);
    if (known !== undefined && known.until > this.deps.clock.now()) return known;
    const running = this.inFlight.get(cacheKey);
    if (running !== undefined) return running;
    const verification = this.verify(key, secret).finally(() => this.inFlight.delete(cacheKey));
    this.inFlight.set(cacheKey, verification);
    const verified = await verification;
    this.verified.set(cacheKey, verified);
    return verified;
  }

  private async verify(key: KeyId, secret: OrgSecret): Promise<Verified> {
    const until = this.deps.clock.now() + CREDENTIAL_CACHE_MS;
    const credential = await this.deps.credentials.find(key);
    const matches = await this.deps.hasher.matches(secret, credential?.secretHash);
    if (credential === null || !matches || credential.status !== 'active') throw new InvalidClientError();
    const org = await this.deps.orgs.find(credential.orgId);
    if (org === null) throw new InvalidClientError();
    return { credential, org, until };
  }
}
