import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { BCRYPT_CONCURRENCY, BCRYPT_COST, BCRYPT_QUEUE } from './credential-policy.js';

/** bcrypt over a pre-hash: bcrypt alone reads 72 bytes. Bounded, so that it can't take the process whoever calls it. */
export class SecretHasher {
  private readonly limit = pLimit(BCRYPT_CONCURRENCY);
  private loading: ReturnType<typeof importBcrypt> | undefined;
  /** Comparisons made; tests see by it that bcrypt stays off the hot path. */
  comparisons = 0;

  constructor(private readonly cost = BCRYPT_COST) {}

  async hash(secret: string): Promise<string> {
    const bcrypt = await this.load();
    return bcrypt.hash(preHash(secret), this.cost);
  }

  /** @throws UnavailableError when too many wait already. */
  async matches(secret: string, hash: string): Promise<boolean> {
    const bcrypt = await this.load();
    if (this.limit.pendingCount >= BCRYPT_QUEUE) throw new UnavailableError();
    this.comparisons += 1;
    return this.limit(() => bcrypt.compare(preHash(secret), hash));
  }

  /** Once: each import takes its own time, and those who come together would be let in one by one. */
  private load(): ReturnType<typeof importBcrypt> {
    this.loading ??= importBcrypt();
    return this.loading;
  }
}

async function importBcrypt() {
  return (await import('bcrypt')).default;
}

function preHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
