import type { AppRecord } from '../../apps/app-record.js';
import type { AppStore } from '../../apps/app-store.js';
import type { FirestoreAccess } from './firestore-access.js';

export class FirestoreAppStore implements AppStore {
  constructor(private readonly access: FirestoreAccess) {}

  async create({ appId, ...app }: AppRecord): Promise<void> {
    await this.access.run('apps.create', { writes: 1 }, ({ db }) => db.doc(`apps/${appId}`).create(app));
  }
}
