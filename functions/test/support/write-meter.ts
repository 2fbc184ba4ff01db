import type { Clock } from '../../src/lib/clock.js';
import { SECOND_MS } from '../../src/lib/clock.js';
import type { CountChange, DocumentChange } from '../../src/limits/limit-store.js';
import type { Ports } from '../../src/ports.js';

/** The documents that one call of a store writes, as its Firestore adapter has them. */
// biome-ignore lint/suspicious/noExplicitAny: each function takes the arguments of its own method
type Writes = (...args: any[]) => readonly string[];

const challenge = (key: string) => `challenges/${key}`;

function limitOf(key: string, [change]: readonly CountChange[]): readonly string[] {
  return [`limits/${key} (${change?.field.replace(/_\d+$/, '')})`];
}

/** By port and method. What is not here and is no read fails: no write goes uncounted. */
const WRITES: Readonly<Record<string, Readonly<Record<string, Writes>>>> = {
  limits: {
    change: limitOf,
    changeAll: (changed: readonly DocumentChange[]) => changed.flatMap(({ key, changes }) => limitOf(key, changes)),
    forget: (key) => [`limits/${key}`],
  },
  challenges: {
    replace: (key, { sibling }, isSiblingIdle = false) =>
      [key, isSiblingIdle ? null : sibling].filter((one) => one !== null).map(challenge),
    countTry: (key) => [challenge(key)],
    consume: ({ key, challengeId, others }) => [...[key, ...others].map(challenge), `claims/${challengeId}`],
  },
  credentials: {
    change: ({ keyId, orgId }, _change, { hideSecret = false } = {}) => [
      `credentials/${keyId}`,
      ...(hideSecret ? [`orgs/${orgId}/revealedSecrets/${keyId}`] : []),
    ],
  },
  deliveries: { create: ({ id }) => [`deliveries/${id}`] },
  users: { markVerified: ({ id }, uid) => [`orgs/${id}/users/${uid}`] },
  sessions: {
    open: ({ sid }, { key, challengeId, others }) => [
      `sessions/${sid}`,
      `claims/${challengeId}`,
      ...[key, ...others].map(challenge),
    ],
  },
};

const STORES = [
  ...['orgs', 'credentials', 'apps', 'users', 'reservations', 'revocations'],
  ...['challenges', 'sessions', 'limits', 'idempotency', 'deliveries', 'audit'],
] as const satisfies readonly (keyof Ports)[];

export interface BusyDocument {
  readonly document: string;
  readonly writes: number;
  readonly mostInOneSecond: number;
  readonly mostInTenSeconds: number;
}

/** Counts the writes of each document, second by second. */
export class WriteMeter {
  total = 0;
  private readonly seconds = new Map<string, Map<number, number>>();

  constructor(private readonly clock: Clock) {}

  /** The same ports, with every write of a store counted. */
  around(ports: Ports): Ports {
    const metered = STORES.map((name) => [name, this.aroundStore(name, ports[name])]);
    return { ...ports, ...Object.fromEntries(metered) };
  }

  documents(): BusyDocument[] {
    return [...this.seconds].map(([document, seconds]) => ({
      document,
      writes: [...seconds.values()].reduce((sum, count) => sum + count, 0),
      mostInOneSecond: Math.max(...seconds.values()),
      mostInTenSeconds: mostIn(10, seconds),
    }));
  }

  private aroundStore<T extends object>(port: string, store: T): T {
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || typeof name !== 'string') return method;
        return (...args: unknown[]) => {
          if (!name.startsWith('find')) this.count(port, name, args);
          return method.apply(target, args);
        };
      },
    });
  }

  private count(port: string, method: string, args: readonly unknown[]): void {
    const writes = WRITES[port]?.[method];
    if (writes === undefined) throw new Error(`${port}.${method} writes documents that the meter does not know`);
    const second = Math.floor(this.clock.now() / SECOND_MS);
    for (const document of writes(...args)) {
      const seconds = this.seconds.get(document) ?? new Map<number, number>();
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      this.seconds.set(document, seconds);
      this.total += 1;
    }
  }
}

function mostIn(length: number, seconds: ReadonlyMap<number, number>): number {
  const stretches = [...seconds.keys()].map((from) =>
    [...seconds].reduce((sum, [second, count]) => (second >= from && second < from + length ? sum + count : sum), 0),
  );
  return Math.max(...stretches);
}
