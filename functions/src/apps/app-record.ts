import type { OrgId } from '../orgs/org-id.js';
import type { AppId } from './app-id.js';

/** `revoked` is for good. */
export type AppStatus = 'active' | 'revoked';

/** A client app of a partner, whose users live in the tenant of its org. */
export interface AppRecord {
  readonly appId: AppId;
  readonly orgId: OrgId;
  readonly name: string;
  readonly status: AppStatus;
  /** As `hashAppKey` makes it. */
  readonly keyHash: string;
  /** The key before, which works until then; null when there is none. */
  readonly previousKey: { readonly keyHash: string; readonly expiresAt: Date } | null;
  /** The only origins that browsers may call from. */
  readonly origins: readonly string[];
  readonly createdAt: Date;
  /** Changes with every write. */
  readonly version: string;
}
