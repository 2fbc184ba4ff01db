import { readCallbacks } from '../../config/callbacks.js';
import { missingForReports, readDelivery } from '../../config/delivery.js';
import { SENDGRID_EVENTS_PATH } from '../../delivery/callback-url.js';
import { type Check, type Finding, FindingError, failed, ok, skipped, warning } from './check.js';
import type { DoctorTarget } from './doctor-target.js';
import { setParams, setSecret } from './settings-repairs.js';

/** Whether the providers can report what became of messages. */
export function reportsCheck(target: DoctorTarget): Check {
  const run = async (): Promise<Finding> => {
    const wrong = messageOf(() => readCallbacks(target.read));
    if (wrong !== null) return failed('No instance starts: what reports need is not well-formed.', wrong);
    // The providers' own checks say what is missing of them.
    if (messageOf(() => readDelivery(target.read, undefined)) !== null)
      return skipped("A provider's settings are incomplete or mistaken.");
    const config = readDelivery(target.read, undefined);
    if (config.twilio === null && config.sendgrid === null) return skipped('No provider is configured.');
    const missing = missingForReports(config);
    if (missing.length === 0) return ok('The providers can report what becomes of messages.');
    return warning(
      `Whether messages arrive is not known: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
      missing.map((name) => REMEDIES[name](target)).join('\n'),
    );
  };
  return { name: 'delivery reports', run };
}

const REMEDIES: Readonly<Record<ReturnType<typeof missingForReports>[number], (target: DoctorTarget) => string>> = {
  PUBLIC_URL: (target) => `${setParams(target, 'PUBLIC_URL')}: it is the URL of the function api.`,
  TWILIO_AUTH_TOKEN: (target) =>
    `Twilio signs with the auth token of the account: ${setSecret(target, 'TWILIO_AUTH_TOKEN')}`,
  SENDGRID_WEBHOOK_KEY: (target) =>
    `Add a signed event webhook to …${SENDGRID_EVENTS_PATH} at https://app.sendgrid.com/settings/mail_settings. ` +
    `${setParams(target, 'SENDGRID_WEBHOOK_KEY')}.`,
};

function messageOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof FindingError) throw error;
    return error instanceof Error ? error.message : '';
  }
}
