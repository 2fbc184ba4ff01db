import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAdmin } from '../functions/src/admin/cli/admin-cli.js';
import { systemClock } from '../functions/src/lib/clock.js';
import { AdminTarget } from './admin-target.js';
import { processTerminal } from './admin-terminal.js';

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
// `… | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// What libraries warn of is not for whoever runs a command.
process.removeAllListeners('warning');

const { signal } = interruption;
const target = new AdminTarget();
const code = await runAdmin(process.argv.slice(2), {
  terminal: processTerminal(),
  actor: { kind: 'cli', id: userName(), from: hostname(), requestId: `cli_${randomBytes(16).toString('base64url')}` },
  clock: systemClock,
  signal,
  sleep: (milliseconds) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
  connect: (project) => target.connect(project),
  doctorTarget: (project) => target.doctorTarget(project),
});
// Behind what is still being written; connections that linger are not waited for.
process.stdout.write('', () => process.exit(code));

/** null where the system has no name for whoever runs this. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
