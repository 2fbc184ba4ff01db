import { z } from 'zod';
import { displayName } from '../edits/display-name.js';
import { InvalidRequestError } from '../errors/gatehouse-error.js';
import { APP_NAME_MAX, APP_ORIGINS_MAX } from './app-policy.js';
import type { AppRecord } from './app-record.js';

const ORIGIN_PROBLEM =
  'Must be an origin as browsers send it, such as https://app.example.com: https (http for localhost), in small letters, without a path.';
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
/** No wildcard among it: a URL may have one. */
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/;

const APP = z.object({
  name: displayName(APP_NAME_MAX),
  origins: z
    .array(z.string(ORIGIN_PROBLEM).refine(isOrigin, ORIGIN_PROBLEM))
    .max(APP_ORIGINS_MAX, `Must have at most ${APP_ORIGINS_MAX} origins.`),
});

/** What an app may be called and called from. @throws InvalidRequestError */
export function checkApp(wanted: Pick<AppRecord, 'name' | 'origins'>): Pick<AppRecord, 'name' | 'origins'> {
  const result = APP.safeParse(wanted);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new InvalidRequestError(details, 'The app is not valid.');
}

/** Only as browsers write it: what is compared with their headers must be the same to the letter. */
function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { origin, protocol, hostname } = new URL(value);
  if (value !== origin || !HOST.test(hostname)) return false;
  return protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.includes(hostname));
}
