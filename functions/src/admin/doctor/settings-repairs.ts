import type { SECRET_NAMES } from '../../config/param-names.js';
import type { DoctorTarget } from './doctor-target.js';

type Where = Pick<DoctorTarget, 'projectId' | 'emulators'>;

/** How to set a secret; `value` is what the shell makes one with, and nothing where a human has it. */
export function setSecret(
  { projectId, emulators }: Where,
  name: (typeof SECRET_NAMES)[number],
  value: string | null = null,
): string {
  // `npm start` adds the lines that are missing.
  if (emulators !== null)
    return value === null
      ? `set ${name} in functions/.secret.local and restart the local stack`
      : `remove ${name} from functions/.secret.local and run npm start`;
  const set = `npx firebase functions:secrets:set ${name}`;
  const command = value === null ? set : `echo "${value}" | ${set} --data-file -`;
  return `${command} --project ${projectId}`;
}

export function setParams({ projectId, emulators }: Where, names: string): string {
  if (emulators !== null) return `Set ${names} in functions/.env.local and restart the local stack`;
  return `Set ${names} in functions/.env.${projectId} and deploy the functions`;
}
