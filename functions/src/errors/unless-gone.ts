import { InvalidSessionError, NotFoundError } from './gatehouse-error.js';

/** For `catch`: what is gone needs nothing done to it; any other error goes on. */
export function unlessGone(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}

/** For `catch`, of what is done to the caller itself: who is gone has no session. */
export function overIfGone(error: unknown): never {
  throw error instanceof NotFoundError ? new InvalidSessionError(error) : error;
}
