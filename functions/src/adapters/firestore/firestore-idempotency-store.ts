import type { IdempotencyId, IdempotencyRecord, ReadIdempotencyRecord } from '../../idempotency/idempotency-record.js';
import type { IdempotencyStore } from '../../idempotency/idempotency-store.js';
import type { FirestoreAccess } from './firestore-access.js';
import { create, update } from './writes.js';

export class FirestoreIdempotencyStore implements IdempotencyStore {
  constructor(private readonly access: FirestoreAccess) {}

  create(id: IdempotencyId, record: IdempotencyRecord): Promise<boolean> {
    return this.access.commitUnlessMissed('idempotency.create', [create(pathOf(id), toFields(record))]);
  }

  async find(id: IdempotencyId): Promise<ReadIdempotencyRecord | null> {
    const document = await this.access.get('idempotency.find', pathOf(id));
    if (document === null) return null;
    const { fingerprint, seed, leaseUntil, answer, expiresAt } = document.data;
    return { fingerprint, seed, leaseUntil, answer, expiresAt, version: document.version };
  }

  replace(id: IdempotencyId, record: IdempotencyRecord, version: string): Promise<boolean> {
    const write = { path: pathOf(id), fields: toFields(record), replace: true, when: { version } };
    return this.access.commitUnlessMissed('idempotency.replace', [write]);
  }

  async settle(id: IdempotencyId, answer: string): Promise<void> {
    await this.access.commitUnlessMissed('idempotency.settle', [update(pathOf(id), { answer, leaseUntil: null })]);
  }

  async release(id: IdempotencyId): Promise<void> {
    await this.access.commitUnlessMissed('idempotency.release', [update(pathOf(id), { leaseUntil: null })]);
  }
}

function pathOf(id: IdempotencyId): string {
  return `idempotency/${id}`;
}

function toFields(record: IdempotencyRecord) {
  return { ...record, purgeAt: record.expiresAt };
}
