import { expect } from 'chai';
import type { ApiResponse } from '../api-client.js';
import { expectOutage } from '../fault-cases.js';
import type { FaultBench, FaultSetting } from './fault-bench.js';

/** One row of security.md's fault matrix. */
export interface FaultRow extends FaultSetting {
  readonly row: number;
  readonly fault: string;
  readonly where: string;
  /** Run beside others of its kind: it waits for most of its time, or for a process that starts. */
  readonly beside?: 'waiting' | 'processes';
  /** Drives the row, expects what it says, and answers what came of it for the table. */
  run(bench: FaultBench): Promise<string>;
}

/** gRPC's status codes. */
export const GRPC = {
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
};

/** Row 1: whoever waits for a backend that is down comes back soon. */
const RETRY_AFTER_MAX_SECONDS = 4;

export function expectUnavailable(response: ApiResponse, what: string): void {
  expectOutage(response, what);
  expect(Number(response.headers.get('retry-after')), what).to.be.at.most(RETRY_AFTER_MAX_SECONDS);
}

/** An answer came later than the row says: because of what it tests, or of a machine that is busy with something else. */
export class LateError extends Error {
  constructor(ms: number, limitMs: number) {
    super(`${ms} ms are not below ${limitMs}`);
    this.name = 'LateError';
  }
}

/** A request that is answered within the 10 s that every one is. @throws LateError */
export async function inTime(send: () => Promise<ApiResponse>, limitMs = 10_500): Promise<ApiResponse> {
  const startedAt = Date.now();
  const response = await send();
  const ms = Date.now() - startedAt;
  if (ms >= limitMs) throw new LateError(ms, limitMs);
  return response;
}
