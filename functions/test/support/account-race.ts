import type { ApiResponse } from './api-client.js';
import { tally } from './load.js';

/** Makes the requests at once, and prints how they were answered. */
export async function race(name: string, requests: readonly (() => Promise<ApiResponse>)[]): Promise<ApiResponse[]> {
  const startedAt = Date.now();
  const responses = await Promise.all(requests.map((request) => request()));
  const answered = JSON.stringify(tally(responses.map(({ status }) => status)));
  console.log(`      ${name}: ${answered} in ${Date.now() - startedAt} ms`);
  return responses;
}

/** Which of them succeeded. */
export function wonBy(responses: readonly ApiResponse[]): number[] {
  return responses.flatMap(({ status }, index) => (status === 200 ? [index] : []));
}
