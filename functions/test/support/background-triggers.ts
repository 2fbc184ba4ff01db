import type { StackInfo } from '../../../tools/stack/stack-info.js';

/**
 * Firestore triggers of the stack's functions. They are off but for the specs that are about them: each write of all the
 * others would wake them.
 * @see https://firebase.google.com/docs/emulator-suite/install_and_configure#emulator_hub
 */
export async function turnTriggers(state: 'on' | 'off', { hub }: Pick<StackInfo, 'hub'>): Promise<void> {
  const method = state === 'on' ? 'enableBackgroundTriggers' : 'disableBackgroundTriggers';
  const response = await fetch(`http://${hub}/functions/${method}`, { method: 'PUT' });
  if (!response.ok) throw new Error(`The hub answered ${response.status} to ${method}.`);
}

/** Asks again until it is so: triggers do their work in their own time. */
export async function eventually<T>(what: string, find: () => Promise<T | undefined | null | false>): Promise<T> {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`It did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const DEADLINE_MS = 60_000;
