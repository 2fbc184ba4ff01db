import type { AppRecord } from '../../apps/app-record.js';
import type { AppStore } from '../../apps/app-store.js';
import type { FirestoreAccess } from './firestore-access.js';
import { create } from './writes.js';

export class FirestoreAppStore implements AppStore {
  constructor(private readonly access: FirestoreAccess) {}

  async create({ appId, ...app }: AppRecord): Promise<void> {
    await this.access.commit('apps.create', [create(`apps/${appId}`, app)]);
  }
}
