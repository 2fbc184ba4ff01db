import { defineSecret, defineString } from 'firebase-functions/params';
import type { ConfigTexts } from './config.js';

const codePeppers = defineSecret('CODE_PEPPERS');
const dataKeys = defineSecret('DATA_KEYS');
const indexKey = defineSecret('INDEX_KEY');
const apiKey = defineString('WEB_API_KEY', {
  label: 'Web API key',
  description: 'The web API key of the Firebase project: Project settings, General.',
});

/** The secrets that a function must be given to read them. */
export const SECRETS = [codePeppers, dataKeys, indexKey];

/** `value()` answers "" for what is missing; `readConfig` refuses that. */
export function readParams(): ConfigTexts {
  return {
    codePeppers: codePeppers.value(),
    dataKeys: dataKeys.value(),
    indexKey: indexKey.value(),
    apiKey: apiKey.value(),
  };
}
