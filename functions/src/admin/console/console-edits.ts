import type { Actor } from '../../audit/audit-record.js';
import type { CredentialAdmin } from '../../credentials/credential-admin.js';
import { isKeyId } from '../../credentials/credential-id.js';
import type { Clock } from '../../lib/clock.js';
import { withDeadline } from '../../lib/deadline.js';
import { describeError, type Logger } from '../../lib/logger.js';
import type { OrgId } from '../../orgs/org-id.js';
import { orgOf, orgPool } from '../../orgs/org-record.js';
import type { OrgService } from '../../orgs/org-service.js';
import type { OrgStore } from '../../orgs/org-store.js';
import type { UserAdmin } from '../../users/user-admin.js';
import { userId } from '../../users/user-id.js';
import { EDIT_GIVEN_UP_MS, EDIT_WORK_MS } from './console-policy.js';

/** What a trigger tells of an edit. */
export interface EditEvent {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** The account of whoever wrote the document, where the platform tells it. */
  readonly authId?: string | undefined;
}

interface ConsoleDependencies {
  readonly orgs: Pick<OrgService, 'settle'>;
  readonly credentialAdmin: Pick<CredentialAdmin, 'settle'>;
  readonly userAdmin: Pick<UserAdmin, 'settle'>;
  readonly orgStore: Pick<OrgStore, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What follows from documents that admins edit. An event says only which document to look at: it may come late, twice or
 * after a newer one, and our own writes bring events as well. What throws is told again by the platform.
 */
export class ConsoleEdits {
  constructor(private readonly deps: ConsoleDependencies) {}

  async orgEdited(event: EditEvent, orgId: string): Promise<void> {
    await this.settle({ orgId }, event, (by) => this.deps.orgs.settle(orgId as OrgId, by));
  }

  async credentialEdited(event: EditEvent, key: string): Promise<void> {
    // A document that somebody has added by hand is no credential.
    if (!isKeyId(key)) return;
    await this.settle({ keyId: key }, event, (by) => this.deps.credentialAdmin.settle(key, by));
  }

  async userEdited(event: EditEvent, orgId: string, uid: string): Promise<void> {
    if (!userId.is(uid)) return;
    await this.settle({ orgId, uid }, event, async (by) => {
      const document = await this.deps.orgStore.read(orgId as OrgId);
      const org = document === null ? null : orgOf(document);
      if (org !== null) await this.deps.userAdmin.settle(orgPool(org), uid, by);
    });
  }

  private async settle(
    what: Readonly<Record<string, string>>,
    event: EditEvent,
    work: (by: Actor) => Promise<void>,
  ): Promise<void> {
    const by = { kind: 'console', id: event.authId ?? null, from: null, requestId: event.id } as const;
    try {
      await withDeadline(EDIT_WORK_MS, () => work(by));
    } catch (error) {
      const isGivenUp = this.deps.clock.now() - Date.parse(event.time) > EDIT_GIVEN_UP_MS;
      this.deps.logger.log('ERROR', 'edit_failed', {
        ...what,
        requestId: event.id,
        isGivenUp,
        cause: describeError(error),
      });
      // The platform writes the message to the log: what a vendor said stays out of it.
      if (!isGivenUp) throw new Error('The edit was not settled. It is tried again.');
    }
  }
}
