import { MAIN_POOL } from '../../src/identity/pool.js';
import { orgId } from '../../src/orgs/org-id.js';
import type { Ports } from '../../src/ports.js';
import { describeApp, describeMemoryApp } from './describe-app.js';

export type Adapters = 'memory' | 'emulators';

/** One suite for a port: what the domain relies on must hold in memory, where most tests run, as on the real thing. */
export function describeContract(title: string, body: (ports: () => Ports, adapters: Adapters) => void): void {
  describeMemoryApp(`${title}, in memory`, (app) => body(() => app().ports, 'memory'));
  describeApp(`${title}, on the emulators`, (app) => {
    before(() => warmUp(app().ports));
    body(() => app().ports, 'emulators');
  });
}

/** The first calls to an emulator that has just started may outlast our deadlines; what they answer does not matter. */
async function warmUp({ orgs, identities }: Ports): Promise<void> {
  const nobody = { email: 'nobody@example.com', phone: '+15005550000' };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const calls = [orgs.find(orgId.generate()), identities.anyWithContact(MAIN_POOL, nobody)];
    const results = await Promise.allSettled(calls);
    if (results.every(({ status }) => status === 'fulfilled')) return;
  }
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Whether these are 1, 2, … in any order: nobody was given the number of another. */
export function areOrdinals(numbers: readonly number[]): boolean {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.every((number, index) => number === index + 1);
}
