import { createServer } from 'node:net';

/** The ports of the stack as documented; eventarc and the websocket are firebase-tools' own needs. */
export const DEFAULT_PORTS = {
  functions: 5001,
  auth: 9099,
  firestore: 8080,
  tasks: 9499,
  hub: 4400,
  logging: 4500,
  outbox: 5010,
  ui: 4000,
  eventarc: 9299,
  firestoreWebsocket: 9150,
} as const;

export type PortName = keyof typeof DEFAULT_PORTS;
export type Ports = Record<PortName, number>;
export type PortCheck = (port: number) => Promise<boolean>;

const NAMES = Object.keys(DEFAULT_PORTS) as PortName[];
const MAX_MOVES = 200;
/** Below the range that systems hand out for outgoing connections, so that none of those takes a port chosen here. */
const FREE_RANGE = { from: 20_000, to: 32_000 };

/** The environment variable that sets a port: GATEHOUSE_FIRESTORE_WEBSOCKET_PORT for `firestoreWebsocket`. */
export function portVariable(name: PortName): string {
  return `GATEHOUSE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_PORT`;
}

/** The documented ports or those of the environment; a busy one moves up to the next free one. */
export async function chooseFixedPorts(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
  isFree: PortCheck = isPortFree,
): Promise<Ports> {
  const wanted = NAMES.map((name) => [name, wantedPort(name, env)] as const);
  const taken = new Set<number>();
  const ports: Partial<Ports> = {};
  for (const [name, port] of wanted) {
    const others = new Set(wanted.filter(([other]) => other !== name).map(([, otherPort]) => otherPort));
    const chosen = await nextFree(port, (candidate) => taken.has(candidate) || others.has(candidate), isFree);
    if (chosen !== port) log(`Port ${port} is busy: ${name} uses ${chosen}.`);
    taken.add(chosen);
    ports[name] = chosen;
  }
  return ports as Ports;
}

/** Random free ports, for stacks beside others. */
export async function chooseFreePorts(
  isFree: PortCheck = isPortFree,
  random: () => number = Math.random,
): Promise<Ports> {
  const taken = new Set<number>();
  const ports: Partial<Ports> = {};
  for (const name of NAMES) {
    const chosen = await chooseFreePort(isFree, random, taken);
    taken.add(chosen);
    ports[name] = chosen;
  }
  return ports as Ports;
}

export async function chooseFreePort(
  isFree: PortCheck = isPortFree,
  random: () => number = Math.random,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  const start = FREE_RANGE.from + Math.floor(random() * (FREE_RANGE.to - FREE_RANGE.from - MAX_MOVES));
  return nextFree(start, (candidate) => taken.has(candidate), isFree);
}

export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function wantedPort(name: PortName, env: NodeJS.ProcessEnv): number {
  const value = env[portVariable(name)];
  if (!value) return DEFAULT_PORTS[name];
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${portVariable(name)} must be a port number, not "${value}"`);
}

async function nextFree(start: number, skip: (port: number) => boolean, isFree: PortCheck): Promise<number> {
  for (let port = start; port < start + MAX_MOVES && port < 65_536; port++) {
    if (!skip(port) && (await isFree(port))) return port;
  }
  throw new Error(`No free port found from ${start} on`);
}
