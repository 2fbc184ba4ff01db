import { expect } from 'chai';
import { CLAIM_LEASE_MS } from '../../../src/delivery/delivery-policy.js';
import { expectStatus } from '../api-client.js';
import type { FaultRow } from './fault-row.js';

const AT_ONCE = 20;
/** A worker's commits before the hand-over. */
const [CLAIMED, BEGUN] = [1, 2];

export const QUEUE_ROWS: readonly FaultRow[] = [
  {
    through: 'providers',
    row: 45,
    fault: 'the queue brings a job twice, or its worker dies',
    where: 'forgot-password',
    run: async (bench) => {
      const { app, providers } = bench;
      const { email } = await bench.user();
      const queued = async () => {
        expectStatus(await bench.post('forgot-password/send-otp', { email }), 200);
        return app.queue.jobs.splice(0)[0]?.payload ?? '';
      };
      const job = await queued();
      await Promise.allSettled(Array.from({ length: AT_ONCE }, () => app.services.jobs.run(job)));
      expect(providers.sendgrid.requests, 'twice').to.have.length(1);
      // Dead just before the hand-over, and just after it: every commit from then on is lost.
      for (const lastCommit of [CLAIMED, BEGUN]) {
        providers.sendgrid.reset();
        const half = await queued();
        bench.failFirestore({ mode: 'drop before', method: 'Commit', nth: lastCommit + 1 });
        await app.services.jobs.run(half).catch(() => {});
        bench.heal();
        app.clock.advance(CLAIM_LEASE_MS);
        for (let again = 0; again < 3; again += 1) await app.services.jobs.run(half);
        expect(providers.sendgrid.requests, `died after commit ${lastCommit}`).to.have.length(1);
      }
      return `one request for ${AT_ONCE} runs at once; one where the worker died before it, and where it died after it`;
    },
  },
];
