import type { CountResult, DocumentChange, LimitStore } from './limit-store.js';

interface Waiting {
  readonly change: DocumentChange;
  readonly resolve: (result: CountResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins changes of several documents into one commit. Of parallel requests that all count at the same documents, each is
 * given the same place in every one of them: counted apart, the first in one might be the last in the other, and of
 * two limits together fewer would get through than either allows.
 */
export class JointChanges {
  private joined: Waiting[] | null = null;

  constructor(private readonly limits: LimitStore) {}

  /** @throws what the store throws */
  change(change: DocumentChange): Promise<CountResult> {
    const { joined } = this;
    if (joined === null) return this.limits.change(change.key, change.changes, change.purgeAt);
    return new Promise((resolve, reject) => joined.push({ change, resolve, reject }));
  }

  /** Joins what `begin` changes before it first waits for anything. */
  together<T>(begin: () => T): T {
    const joined: Waiting[] = [];
    this.joined = joined;
    try {
      return begin();
    } finally {
      this.joined = null;
      if (joined.length > 0) void this.commit(joined);
    }
  }

  private async commit(joined: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.limits.changeAll(joined.map(({ change }) => change));
      for (const [index, result] of results.entries()) joined[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
  }
}
