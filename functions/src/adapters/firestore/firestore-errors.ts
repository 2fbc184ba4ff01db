import {
  GatehouseError,
  OverloadedError,
  RequestInProgressError,
  UnavailableError,
} from '../../errors/gatehouse-error.js';
import { BreakerOpenError } from '../../lib/backend.js';
import { DeadlineExceededError } from '../../lib/deadline.js';

/** @see https://grpc.io/docs/guides/status-codes/ */
export const GRPC = {
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
} as const;

/** A commit that did not happen, because a document was there, was not there, or had changed. */
export class PreconditionMissedError extends Error {
  constructor(cause: unknown) {
    super('a document was not as the commit expects it', { cause });
    this.name = 'PreconditionMissedError';
  }
}

const OUTAGE_CODES: readonly unknown[] = [GRPC.unknown, GRPC.deadlineExceeded, GRPC.internal, GRPC.unavailable];
const MISSED_CODES: readonly unknown[] = [GRPC.notFound, GRPC.alreadyExists, GRPC.failedPrecondition];

/** For the breaker. ABORTED and RESOURCE_EXHAUSTED are of one document that many want, the others of one request. */
export function isFirestoreOutage(error: unknown): boolean {
  return OUTAGE_CODES.includes(grpcCode(error));
}

export function hasCode(code: number): (error: unknown) => boolean {
  return (error) => grpcCode(error) === code;
}

/** What the error of a read means: whatever Firestore answers, nothing was read. */
export function readFailure(error: unknown): unknown {
  return isOurs(error) ? error : failureOf(error);
}

/** What the error of a commit means. */
export function commitFailure(error: unknown): unknown {
  if (isOurs(error)) return error;
  const code = grpcCode(error);
  if (MISSED_CODES.includes(code)) return new PreconditionMissedError(error);
  return code === GRPC.aborted ? new RequestInProgressError(error) : failureOf(error);
}

function failureOf(error: unknown): UnavailableError {
  return grpcCode(error) === GRPC.resourceExhausted ? new OverloadedError(error) : new UnavailableError(error);
}

/** Neither a gRPC status nor a call cut short: a TypeError stays what it is, a bug of ours. */
function isOurs(error: unknown): boolean {
  if (error instanceof GatehouseError) return true;
  if (error instanceof DeadlineExceededError || error instanceof BreakerOpenError) return false;
  return grpcCode(error) === undefined;
}

function grpcCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
