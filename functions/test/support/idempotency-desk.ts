import { MemoryIdempotencyStore } from '../../src/adapters/memory/memory-idempotency-store.js';
import type { Attempt } from '../../src/idempotency/idempotency-record.js';
import { IdempotencyService, type IdempotentRequest } from '../../src/idempotency/idempotency-service.js';
import { FieldCipher } from '../../src/pii/field-cipher.js';
import { INDEX_KEY, ManualClock, testKeyring } from './unit-fixtures.js';

export const REQUEST: IdempotentRequest = {
  caller: 'gh_key_a',
  key: 'key-1',
  request: ['POST', '/register', '', 'e30='],
};

/** A request that can be run, again and otherwise, and what became of its work. */
export class IdempotencyDesk {
  readonly clock = new ManualClock();
  readonly store = new MemoryIdempotencyStore();
  readonly attempts: Attempt[] = [];
  readonly service = new IdempotencyService({
    idempotency: this.store,
    cipher: new FieldCipher(testKeyring('data')),
    clock: this.clock,
    indexKey: INDEX_KEY,
  });

  run<T>(work: () => T | Promise<T>, change: Partial<IdempotentRequest> = {}) {
    return this.service.run({ ...REQUEST, ...change }, async (attempt) => {
      this.attempts.push(attempt);
      return work();
    });
  }

  /** A try that begins and is not heard of again. */
  async die(): Promise<void> {
    const begun = this.attempts.length;
    void this.run(() => new Promise<never>(() => {}));
    while (this.attempts.length === begun) await Promise.resolve();
  }
}
