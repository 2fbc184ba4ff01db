import type { Clock } from '../lib/clock.js';
import { hmac } from '../lib/crypto.js';
import type { OrgId } from '../orgs/org-id.js';
import { type AppId, type AppKey, appId, generateAppKey } from './app-id.js';
import type { AppStore } from './app-store.js';

interface AppServiceDependencies {
  readonly apps: AppStore;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

export class AppService {
  constructor(private readonly deps: AppServiceDependencies) {}

  /** Makes an app of an org. The key is in the answer and nowhere else. @throws UnavailableError */
  async create(orgId: OrgId, name: string, origins: readonly string[] = []): Promise<{ appId: AppId; apiKey: AppKey }> {
    const id = appId.generate();
    const apiKey = generateAppKey();
    const keyHash = hmac(this.deps.indexKey, ['app key', apiKey]).toString('base64url');
    await this.deps.apps.create({
      appId: id,
      orgId,
      name,
      keyHash,
      origins,
      createdAt: new Date(this.deps.clock.now()),
    });
    return { appId: id, apiKey };
  }
}
