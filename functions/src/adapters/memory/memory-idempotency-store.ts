import type { IdempotencyId, IdempotencyRecord, ReadIdempotencyRecord } from '../../idempotency/idempotency-record.js';
import type { IdempotencyStore } from '../../idempotency/idempotency-store.js';

export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly records = new Map<IdempotencyId, ReadIdempotencyRecord>();
  private writes = 0;

  async create(id: IdempotencyId, record: IdempotencyRecord): Promise<boolean> {
    if (this.records.has(id)) return false;
    this.put(id, record);
    return true;
  }

  async find(id: IdempotencyId): Promise<ReadIdempotencyRecord | null> {
    return this.records.get(id) ?? null;
  }

  async replace(id: IdempotencyId, record: IdempotencyRecord, version: string): Promise<boolean> {
    if (this.records.get(id)?.version !== version) return false;
    this.put(id, record);
    return true;
  }

  async settle(id: IdempotencyId, answer: string): Promise<void> {
    this.change(id, { answer, leaseUntil: null });
  }

  async release(id: IdempotencyId): Promise<void> {
    this.change(id, { leaseUntil: null });
  }

  private change(id: IdempotencyId, changes: Partial<IdempotencyRecord>): void {
    const record = this.records.get(id);
    if (record !== undefined) this.put(id, { ...record, ...changes });
  }

  private put(id: IdempotencyId, record: IdempotencyRecord): void {
    this.writes += 1;
    this.records.set(id, { ...record, version: String(this.writes) });
  }
}
