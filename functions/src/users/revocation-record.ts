import type { Notice } from '../delivery/job.js';
import type { Pool } from '../identity/pool.js';
import { type Brand, prefixedId } from '../lib/brand.js';
import type { SessionId } from '../sessions/session-id.js';
import type { UserId } from './user-id.js';

export type RevocationId = Brand<'RevocationId'>;

export const revocationId = prefixedId<'RevocationId'>('rev');

/**
 * The intent to end everything of a user and to tell them why, written down before a password or a contact is replaced: it
 * is there for as long as that may have been done by half.
 */
export interface RevocationRecord {
  readonly id: RevocationId;
  readonly pool: Pool;
  readonly uid: UserId;
  /** The session that makes the change, which lives on. */
  readonly keep: SessionId | null;
  /** False where nothing is left to do but to tell. */
  readonly ends: boolean;
  readonly notice: Notice | null;
  /** From then on, whoever wrote it is dead. */
  readonly dueAt: Date;
}
