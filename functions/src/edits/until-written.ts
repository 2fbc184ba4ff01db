import { RequestInProgressError } from '../errors/gatehouse-error.js';

/** What an attempt answers when somebody else has changed the document since it was read. */
export const OVERTAKEN = Symbol('overtaken');

/** Edits that come in between; each begins the work anew. Admins are few, and so are triggers of one document. */
const ATTEMPTS = 8;

/** Reads and writes again until nobody comes in between. @throws RequestInProgressError, or what the attempt throws */
export async function untilWritten<T>(attempt: () => Promise<T | typeof OVERTAKEN>): Promise<T> {
  for (let made = 0; made < ATTEMPTS; made += 1) {
    const outcome = await attempt();
    if (outcome !== OVERTAKEN) return outcome;
  }
  throw new RequestInProgressError();
}
