export interface VersionedKey {
  readonly version: number;
  readonly key: Buffer;
}

/** Keys of one purpose by version. The highest version makes new values; the others still read old ones. */
export class Keyring {
  readonly current: VersionedKey;
  private readonly keys: ReadonlyMap<number, Buffer>;

  /** @throws Error when there is no key. */
  constructor(keys: readonly VersionedKey[]) {
    const newest = [...keys].sort((a, b) => b.version - a.version)[0];
    if (newest === undefined) throw new Error('a keyring needs at least one key');
    this.current = newest;
    this.keys = new Map(keys.map(({ version, key }) => [version, key]));
  }

  find(version: number): Buffer | undefined {
    return this.keys.get(version);
  }
}
