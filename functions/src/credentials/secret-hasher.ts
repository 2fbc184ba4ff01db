import { createHash, randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import { UnavailableError } from '../errors/gatehouse-error.js';
import { BCRYPT_CONCURRENCY, BCRYPT_COST, BCRYPT_QUEUE } from './credential-policy.js';

/** bcrypt over a pre-hash: bcrypt alone reads 72 bytes. Bounded, so that a flood of wrong secrets can't take the process. */
export class SecretHasher {
  private readonly limit = pLimit(BCRYPT_CONCURRENCY);
  private decoy: Promise<string> | undefined;
  /** Comparisons made; tests see by it that bcrypt stays off the hot path. */
  comparisons = 0;

  constructor(private readonly cost = BCRYPT_COST) {}

  async hash(secret: string): Promise<string> {
    const { default: bcrypt } = await import('bcrypt');
    return bcrypt.hash(preHash(secret), this.cost);
  }

  /**
   * Without a hash it compares with one that nothing matches, so that an unknown key costs what a wrong secret costs.
   * @throws UnavailableError when too many wait already.
   */
  async matches(secret: string, hash: string | undefined): Promise<boolean> {
    const { default: bcrypt } = await import('bcrypt');
    this.decoy ??= this.hash(randomBytes(32).toString('base64'));
    const expected = hash ?? (await this.decoy);
    if (this.limit.pendingCount >= BCRYPT_QUEUE) throw new UnavailableError();
    this.comparisons += 1;
    const equal = await this.limit(() => bcrypt.compare(preHash(secret), expected));
    return equal && hash !== undefined;
  }
}

function preHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
