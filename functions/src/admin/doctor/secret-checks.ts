import type { ParamName } from '../../config/param-names.js';
import { parseSecrets } from '../../config/secrets.js';
import { type Check, type Finding, failed, ok } from './check.js';
import type { DoctorTarget } from './doctor-target.js';
import { setSecret } from './settings-repairs.js';

type SecretName = 'CODE_PEPPERS' | 'DATA_KEYS' | 'INDEX_KEY';

/** Stands in for the secrets that a check is not about. */
const ANY_KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const OTHERS: Readonly<Record<SecretName, string>> = {
  CODE_PEPPERS: `1:${ANY_KEY}`,
  DATA_KEYS: `1:${ANY_KEY}`,
  INDEX_KEY: ANY_KEY,
};
/** For the shell. */
const NEW_KEY = '$(openssl rand -base64 32)';
const VALUES: Readonly<Record<SecretName, string>> = {
  CODE_PEPPERS: `1:${NEW_KEY}`,
  DATA_KEYS: `1:${NEW_KEY}`,
  INDEX_KEY: NEW_KEY,
};

/** One for each secret that an instance does not start without. */
export function secretChecks(target: DoctorTarget): readonly Check[] {
  return (['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY'] as const).map((name) => ({
    name: `secret ${name}`,
    run: async () => judge(name, target.read(name), setSecret(target, name, VALUES[name])),
  }));
}

function judge(name: SecretName, value: string, set: string): Finding {
  const others: Partial<Record<ParamName, string>> = OTHERS;
  if (value === '') return failed(`The secret ${name} is not set.`, set);
  try {
    parseSecrets((asked) => (asked === name ? value : (others[asked] ?? '')));
  } catch (error) {
    // It names the secret and does not repeat it; with a new value, what the old one protects is lost.
    const message = error instanceof Error ? error.message : '';
    return failed(message, `Correct it. If it never held a good value: ${set}`);
  }
  return ok('It is set and long enough.');
}
