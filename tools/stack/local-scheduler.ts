import { setTimeout as sleep } from 'node:timers/promises';
import { composeServices, composeSweep } from '../../functions/src/compose-services.js';
import { composePorts } from '../../functions/src/composition.js';
import { readConfig } from '../../functions/src/config/config.js';
import { MINUTE_MS } from '../../functions/src/lib/clock.js';
import type { Logger } from '../../functions/src/lib/logger.js';

export interface LocalScheduler {
  /** A run that is under way is left to itself: it can be killed at any point, and the next start finds what is left. */
  stop(): Promise<void>;
}

/** Waits, and rejects when the signal ends it. */
export type Pause = (milliseconds: number, value: undefined, options: { signal: AbortSignal }) => Promise<unknown>;

type Log = (line: string) => void;

/** Cloud Scheduler has no emulator: the sweep runs in this process instead, as often, and tells of nothing but failures. */
export function startLocalScheduler(env: Readonly<Record<string, string>>, log: Log): LocalScheduler {
  const ended = new AbortController();
  const config = readConfig(env);
  const { ports, close } = composePorts(config);
  const tell: Log = (line) => {
    // The emulators are gone before a last run knows it.
    if (!ended.signal.aborted) log(line);
  };
  const sweep = composeSweep(
    ports,
    composeServices(ports, { secrets: config.secrets, mainApp: config.account.mainApp }),
    failuresTo(tell),
  );
  void runEachMinute(() => sweep.run(), ended.signal, tell);
  const stop = async (): Promise<void> => {
    ended.abort();
    await close();
  };
  return { stop };
}

/** One run at a time. What a run throws does not keep the next one from coming. */
export async function runEachMinute(
  job: () => Promise<unknown>,
  ended: AbortSignal,
  log: Log,
  pause: Pause = sleep,
): Promise<void> {
  while (!ended.aborted) {
    await pause(MINUTE_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return;
    await job().catch((error: unknown) => log(`The sweep failed: ${String(error)}`));
  }
}

export function failuresTo(log: Log): Logger {
  return {
    log: (severity, message, fields = {}) => {
      if (severity === 'ERROR') log(`${message} ${JSON.stringify(fields)}`);
    },
  };
}
