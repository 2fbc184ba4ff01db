import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { GatehouseError } from '../errors/gatehouse-error.js';
import { BCRYPT_CONCURRENCY, BCRYPT_QUEUE } from './credential-policy.js';
import { SecretHasher } from './secret-hasher.js';

/** Slow enough that comparisons queue up, fast enough for a test. */
const QUEUEING_COST = 9;
const MOST_REQUESTS = 5_000;

describe('SecretHasher', () => {
  const hasher = new SecretHasher(4);

  it('matches a secret with its own hash, and with no other', async () => {
    const hash = await hasher.hash('secret');
    expect(hash).to.match(/^\$2b\$04\$/);
    expect(await hasher.matches('secret', hash)).to.equal(true);
    for (const other of ['', 'Secret', 'secret ', 'secret\0'])
      expect(await hasher.matches(other, hash)).to.equal(false);
    expect(await hasher.hash('secret'), 'salted').not.to.equal(hash);
  });

  /** P-02, CVE-2025-22228: bcrypt alone reads 72 bytes, and stops at a NUL. */
  it('reads all of a secret: beyond 72 bytes, in any script, and behind a NUL', async () => {
    const pairs: readonly [string, string][] = [
      [`${'a'.repeat(72)}1`, `${'a'.repeat(72)}2`],
      [`${'ü'.repeat(36)}1`, `${'ü'.repeat(36)}2`],
      [`${'a'.repeat(10_000)}1`, `${'a'.repeat(10_000)}2`],
      ['a\0b', 'a\0c'],
    ];
    for (const [one, other] of pairs) {
      const hash = await hasher.hash(one);
      expect(await hasher.matches(one, hash)).to.equal(true);
      expect(await hasher.matches(other, hash)).to.equal(false);
    }
  });

  it('says no, without an exception, to a hash that is none', async () => {
    for (const hash of ['', 'x', '$2b$04$short']) expect(await hasher.matches('secret', hash)).to.equal(false);
  });

  /** C-03, fault 47. Requests come one after another, as from sockets. */
  it('lets only so many wait: more are answered 503 at once, and the queue empties', async () => {
    const slow = new SecretHasher(QUEUEING_COST);
    const hash = await slow.hash('secret');
    const results: Promise<string>[] = [];
    // Sooner or later they come faster than they are worked off, on whatever machine.
    for (let refused = 0; refused < 40 && results.length < MOST_REQUESTS; ) {
      const request = outcome(slow.matches('secret', hash));
      results.push(request);
      void request.then((text) => {
        if (text === 'unavailable') refused += 1;
      });
      await nextTurn();
    }
    const outcomes = await Promise.all(results);
    const served = outcomes.filter((text) => text === 'true').length;
    expect(served).to.be.at.least(BCRYPT_QUEUE).and.equal(slow.comparisons);
    expect(outcomes.filter((text) => text === 'unavailable').length, 'refused').to.equal(outcomes.length - served);
    expect(outcomes.length - served, 'some were refused').to.be.at.least(40);
    expect(await slow.matches('secret', hash), 'afterwards').to.equal(true);
  });

  it('lets no more wait when they come all at once, the first ones of an instance', async () => {
    const slow = new SecretHasher(QUEUEING_COST);
    const hash = await slow.hash('another');
    const flood = 100;
    const outcomes = await Promise.all(Array.from({ length: flood }, () => outcome(slow.matches('secret', hash))));
    const served = outcomes.filter((text) => text === 'false').length;
    expect(served).to.be.at.most(BCRYPT_CONCURRENCY + BCRYPT_QUEUE);
    expect(outcomes.filter((text) => text === 'unavailable')).to.have.length(flood - served);
  });
});

function outcome(matching: Promise<boolean>): Promise<string> {
  return matching.then(String, (error: GatehouseError) => error.code);
}
