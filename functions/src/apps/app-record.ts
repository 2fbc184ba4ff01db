import type { OrgId } from '../orgs/org-id.js';
import type { AppId } from './app-id.js';

/** A client app of a partner, whose users live in the tenant of its org. */
export interface AppRecord {
  readonly appId: AppId;
  readonly orgId: OrgId;
  readonly name: string;
  /** base64url of a keyed SHA-256: the key is random, so that a fast hash is enough. */
  readonly keyHash: string;
  /** The only origins that browsers may call from. */
  readonly origins: readonly string[];
  readonly createdAt: Date;
}
