import { InvalidRequestError } from '../errors/gatehouse-error.js';
import type { Problems } from './edited.js';

/** For what is asked by command: there is no document to report in. @throws InvalidRequestError */
export function assertNoProblems(problems: Problems, message?: string): void {
  const details = Object.entries(problems).map(([path, problem]) => ({ path, message: problem }));
  if (details.length > 0) throw new InvalidRequestError(details, message);
}
