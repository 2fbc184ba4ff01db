import { expect } from 'chai';
import { SECOND_MS } from '../../src/lib/clock.js';
import { clientNetwork } from '../../src/lib/ip-address.js';
import { LIMITS } from '../../src/limits/limit-policy.js';
import type { LimitStanding } from '../../src/limits/limit-standing.js';
import { type ApiResponse, expectStatus } from './api-client.js';
import type { TestApp } from './describe-app.js';
import type { TestClock } from './test-clock.js';

// Lists of strings with integer parameters (RFC 9651), as the draft has them, and nothing else.
const POLICY_ITEM = /^"([a-z_0-9]+)";q=(\d{1,15});w=([1-9]\d{0,14})$/i;
const LIMIT_ITEM = /^"([a-z_0-9]+)";r=(\d{1,15});t=(\d{1,15})$/i;

const WINDOWS = new Map(
  Object.values(LIMITS)
    .flatMap(({ windows }) => [...windows])
    .map((window) => [window.name as string, window]),
);

/** What an answer's `RateLimit` and `RateLimit-Policy` fields say, by window; empty without them. */
export function standingsOf({ headers }: ApiResponse): Map<string, LimitStanding> {
  const policies = itemsOf(headers.get('ratelimit-policy'), POLICY_ITEM);
  const limits = itemsOf(headers.get('ratelimit'), LIMIT_ITEM);
  expect([...limits.keys()], 'both fields name the same windows').to.deep.equal([...policies.keys()]);
  return new Map(
    [...policies].map(([name, [quota, windowSeconds]]) => {
      const [remaining, resetSeconds] = limits.get(name) ?? [-1, -1];
      expect(remaining, name).to.be.within(0, quota);
      expect(resetSeconds, name).to.be.within(0, windowSeconds);
      return [name, { name, quota, windowSeconds, remaining, resetSeconds }];
    }),
  );
}

function itemsOf(field: string | null, item: RegExp): Map<string, [number, number]> {
  const items = (field ?? '').split(', ').filter((text) => text !== '');
  return new Map(
    items.map((text) => {
      const [, name = '', first, second] = item.exec(text) ?? [];
      expect(name, `a structured field: ${text}`).not.to.equal('');
      return [name, [Number(first), Number(second)]];
    }),
  );
}

/**
 * asks, and checks of a 429 that its fields are as the draft has them, that `Retry-After` is the wait of the window
 * that is full, and that it is at least as long as that takes and less than a second longer.
 */
export async function askLimited(clock: TestClock, ask: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const before = clock.now();
  const response = await ask();
  const after = clock.now();
  if (response.status !== 429) return response;
  const full = [...standingsOf(response).values()].filter(({ remaining }) => remaining === 0);
  const retryAfter = Number(response.headers.get('retry-after'));
  expect(
    full.map(({ resetSeconds }) => resetSeconds),
    response.text,
  ).to.include(retryAfter);
  for (const { name, resetSeconds } of full) {
    const window = WINDOWS.get(name);
    if (window === undefined) continue;
    const [earliest, latest] = [before, after].map((at) => window.windowMs - (at % window.windowMs));
    // The window may have ended while it was asked.
    if (earliest === undefined || latest === undefined || latest > earliest) continue;
    expect(resetSeconds * SECOND_MS, name).to.be.within(latest, earliest + SECOND_MS);
  }
  return response;
}

/** The windows that a 429 names as full. */
export function exceededBy(response: ApiResponse): string[] {
  expectStatus(response, 429);
  return [...standingsOf(response).values()].filter(({ remaining }) => remaining === 0).map(({ name }) => name);
}

/** Makes requests of an address outside the orgs until so many are left to it. */
export async function useUpAddress({ services: { leased } }: TestApp, address: string, left = 0): Promise<void> {
  for (;;) {
    const [standing] = await leased.take('public_requests', ['public', clientNetwork(address)]);
    if ((standing?.remaining ?? 0) <= left) return;
  }
}
