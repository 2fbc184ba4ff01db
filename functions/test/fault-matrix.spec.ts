import { FaultBench } from './support/matrix/fault-bench.js';
import { FIRESTORE_ROWS } from './support/matrix/firestore-rows.js';
import { IDENTITY_ROWS } from './support/matrix/identity-rows.js';
import { MAIL_ROWS } from './support/matrix/mail-rows.js';
import { PROCESS_ROWS } from './support/matrix/process-rows.js';
import { QUEUE_ROWS } from './support/matrix/queue-rows.js';
import { SMS_ROWS } from './support/matrix/sms-rows.js';

const ROWS = [...FIRESTORE_ROWS, ...IDENTITY_ROWS, ...MAIL_ROWS, ...QUEUE_ROWS, ...SMS_ROWS, ...PROCESS_ROWS].sort(
  (a, b) => a.row - b.row,
);

/**
 * Every row of security.md's fault matrix whose parts exist: proxies in front of the emulators answer, delay and drop calls
 * as the row says, and after each the invariants are checked. Row 44 is shutdown.spec.ts. Not here yet: refresh (8, 21),
 * federation (33) and KMS (34).
 */
describe('Fault matrix', () => {
  const table: { row: number; fault: string; where: string; outcome: string }[] = [];
  after(() => console.table(table));

  for (const { row, fault, where, run, ...setting } of ROWS) {
    it(`row ${row}: ${fault}, ${where}`, async function () {
      this.timeout(120_000);
      const bench = await FaultBench.start(setting);
      try {
        const outcome = await run(bench);
        await bench.assertInvariants();
        table.push({ row, fault, where, outcome });
      } catch (error) {
        // What the function itself said of it.
        console.log(bench.app.logs.filter((line) => line.includes('"ERROR"')).join(''));
        throw error;
      } finally {
        await bench.close();
      }
    });
  }
});
