import { parseArgs } from 'node:util';
import { buildFunctions } from './build.js';
import { readLocalFile, writeLocalFile } from './local-file.js';
import { EMULATORS_FILE, SERVE_FILE } from './paths.js';
import { isPortFree } from './stack/ports.js';
import type { StackInfo } from './stack/stack-info.js';
import { startServe } from './stack/start-serve.js';

const DEFAULT_PORT = 8787;
const MAX_MOVES = 100;
const FRAMEWORK_BANNER = /^(Serving function|Function: |Signature type: |URL: )/;

const { values } = parseArgs({ options: { port: { type: 'string' }, processes: { type: 'string', default: '1' } } });
try {
  await serve(values.port, Number(values.processes));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function serve(askedPort: string | undefined, processes: number): Promise<void> {
  if (!Number.isInteger(processes) || processes < 1) throw new Error('--processes must be a whole number from 1 up');
  const info = readLocalFile<StackInfo>(EMULATORS_FILE, 'There is no stack running: `npm start` first.');
  const port = askedPort === undefined ? await defaultPort() : Number(askedPort);
  await buildFunctions();
  const served = await startServe(info, {
    port,
    processes,
    onOutput: (line) => FRAMEWORK_BANNER.test(line) || console.log(line),
  });
  const { baseUrl, pid } = served;
  const file = writeLocalFile(SERVE_FILE, { baseUrl, pid });
  console.log(`Serving api at ${baseUrl} with ${processes} process${processes > 1 ? 'es' : ''}. Ctrl-C stops.`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void served.stop());
  await served.exited;
  file.remove();
  process.exit(0);
}

async function defaultPort(): Promise<number> {
  const start = Number(process.env.GATEHOUSE_SERVE_PORT ?? DEFAULT_PORT);
  for (let port = start; port < start + MAX_MOVES; port++) if (await isPortFree(port)) return port;
  throw new Error(`No free port from ${start} on`);
}
