// node scripts/run.mjs <file.ts> [arguments]: installs what is missing, then runs the file in this very process.
// One process, so that signals sent to the npm script reach the tool and nothing stands between them.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDeps } from './ensure-deps.mjs';

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs <file.ts> [arguments]');
  process.exit(2);
}
ensureDeps();
endWithNpm();
const { register } = await import('tsx/esm/api');
register();
const target = resolve(file);
process.argv = [process.argv[0], target, ...rest];
await import(pathToFileURL(target).href);

/** npm passes a SIGTERM on to the shell between us alone, which ends without telling anybody. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}
