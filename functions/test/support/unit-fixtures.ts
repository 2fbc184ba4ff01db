import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Secrets } from '../../src/config/secrets.js';
import { type ErrorCode, GatehouseError } from '../../src/errors/gatehouse-error.js';
import type { OrgPool } from '../../src/identity/pool.js';
import type { Clock } from '../../src/lib/clock.js';
import { Keyring } from '../../src/lib/keyring.js';
import { DEFAULT_MAIN_APP } from '../../src/orgs/main-app.js';
import { orgId } from '../../src/orgs/org-id.js';

/** Stands still until it is moved, so that a boundary is hit to the millisecond. */
export class ManualClock implements Clock {
  constructor(private time = Date.UTC(2026, 0, 15, 12)) {}

  now(): number {
    return this.time;
  }

  /** Over at once, and it is as much later. Of several that wait at once, each waits as long as beside the others. */
  async pause(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await nextTurn();
    if (this.time < end) this.time = end;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

/** 32 bytes that look random, the same for the same name. */
export function testKey(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}

export function testKeyring(name: string, ...versions: readonly number[]): Keyring {
  const all = versions.length === 0 ? [1] : versions;
  return new Keyring(all.map((version) => ({ version, key: testKey(`${name} ${version}`) })));
}

export const INDEX_KEY = testKey('index');

export const TEST_SECRETS: Secrets = {
  codePeppers: testKeyring('peppers'),
  dataKeys: testKeyring('data'),
  indexKey: INDEX_KEY,
};

export const TEST_DEPLOYMENT = { secrets: TEST_SECRETS, mainApp: DEFAULT_MAIN_APP };

/** A pool that nobody else uses. */
export function newPool(tenantId = 'tenant-1'): OrgPool {
  return { id: orgId.generate(), tenantId };
}

/** What a promise is rejected with; fails when it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** The one matcher for our errors: by code, and the error for more. */
export async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<GatehouseError> {
  const error = await rejection(promise);
  if (!(error instanceof GatehouseError)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
  expect(error.code, String(error.cause)).to.equal(code);
  return error;
}

/** The same for what throws at once. */
export function expectThrownCode(work: () => unknown, code: ErrorCode): GatehouseError {
  try {
    work();
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
    expect(error.code).to.equal(code);
    return error;
  }
  throw new Error(`expected ${code}, nothing was thrown`);
}
