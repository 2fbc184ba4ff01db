import { NotFoundError } from './gatehouse-error.js';

/** For `catch`: what is gone needs nothing done to it; any other error goes on. */
export function unlessGone(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}
