import { type Actor, type AuditAction, type AuditRecord, auditRecord } from '../audit/audit-record.js';
import { checkGraceDays, GRACE_DAYS } from '../edits/grace-days.js';
import { OVERTAKEN, untilWritten } from '../edits/until-written.js';
import { InvalidRequestError, NotFoundError } from '../errors/gatehouse-error.js';
import { allPages } from '../lib/all-pages.js';
import { type Clock, DAY_MS } from '../lib/clock.js';
import type { OrgId } from '../orgs/org-id.js';
import type { OrgStore } from '../orgs/org-store.js';
import { type AppId, type AppKey, appId, generateAppKey, hashAppKey } from './app-id.js';
import type { AppRecord } from './app-record.js';
import { checkApp } from './app-rules.js';
import type { AppChange, AppStore } from './app-store.js';

interface AppServiceDependencies {
  readonly apps: AppStore;
  readonly orgs: OrgStore;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** What admins do to a partner's client apps. A new key is in the answer and nowhere else. */
export class AppService {
  constructor(private readonly deps: AppServiceDependencies) {}

  /** @throws NotFoundError when there is no such org, InvalidRequestError also when it is revoked, UnavailableError */
  async create(
    orgId: OrgId,
    name: string,
    origins: readonly string[],
    by: Actor,
  ): Promise<{ readonly appId: AppId; readonly apiKey: AppKey }> {
    const checked = checkApp({ name, origins });
    const org = await this.deps.orgs.find(orgId);
    if (org === null) throw new NotFoundError('There is no org of this id.');
    if (org.status === 'revoked') throw badApp('The org is revoked. Create the app in another org.');
    const id = appId.generate();
    const apiKey = generateAppKey();
    const createdAt = new Date(this.deps.clock.now());
    await this.deps.apps.create(
      { ...checked, appId: id, orgId, status: 'active', keyHash: this.hash(apiKey), previousKey: null, createdAt },
      [this.audit({ appId: id, orgId }, by, 'app.created')],
    );
    return { appId: id, apiKey };
  }

  /** All of an org's, oldest first. @throws UnavailableError */
  async list(orgId: OrgId): Promise<readonly AppRecord[]> {
    const all = await allPages((limit, last?: AppRecord) => this.deps.apps.listOf(orgId, limit, last?.appId));
    return all.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  }

  /**
   * Answers a new key. The one that it replaces works on for so many days; a key from before that one ends at once.
   * @throws NotFoundError, InvalidRequestError when the app is revoked, RequestInProgressError, UnavailableError
   */
  async rotate(id: AppId, by: Actor, graceDays = GRACE_DAYS.usual): Promise<AppKey> {
    checkGraceDays(graceDays);
    const apiKey = generateAppKey();
    await this.changing(id, by, 'app.rotated', ({ status, keyHash }) => {
      if (status !== 'active') throw badApp('It is revoked. Create another app.');
      const expiresAt = new Date(this.deps.clock.now() + graceDays * DAY_MS);
      return { keyHash: this.hash(apiKey), previousKey: graceDays === 0 ? null : { keyHash, expiresAt } };
    });
    return apiKey;
  }

  /** For good. Revoking twice is no error. @throws NotFoundError, RequestInProgressError, UnavailableError */
  async revoke(id: AppId, by: Actor): Promise<void> {
    await this.changing(id, by, 'app.revoked', ({ status }) =>
      status === 'revoked' ? null : { status: 'revoked', previousKey: null },
    );
  }

  /** Reads, and commits what follows from what was read; again when somebody else was faster. */
  private async changing(
    id: AppId,
    by: Actor,
    action: AuditAction,
    changeOf: (app: AppRecord) => AppChange | null,
  ): Promise<void> {
    await untilWritten(async () => {
      const app = await this.deps.apps.find(id);
      if (app === null) throw new NotFoundError('There is no app of this id.');
      const change = changeOf(app);
      if (change === null) return undefined;
      const version = await this.deps.apps.change(app, change, [this.audit(app, by, action)]);
      return version === null ? OVERTAKEN : undefined;
    });
  }

  private hash(key: AppKey): string {
    return hashAppKey(this.deps.indexKey, key);
  }

  private audit(app: Pick<AppRecord, 'appId' | 'orgId'>, actor: Actor, action: AuditAction): AuditRecord {
    const at = new Date(this.deps.clock.now());
    return auditRecord({ orgId: app.orgId, at, action, target: { kind: 'app', id: app.appId }, actor });
  }
}

function badApp(message: string): InvalidRequestError {
  return new InvalidRequestError([{ path: 'app', message }], message);
}
