import { isAccountRefused, isDeliveryOutage } from '../../src/adapters/not-accepted-error.js';
import { SendGridSender } from '../../src/adapters/sendgrid/sendgrid-sender.js';
import { type TwilioOptions, TwilioSender } from '../../src/adapters/twilio/twilio-sender.js';
import { Backend, type BackendOptions } from '../../src/lib/backend.js';
import { BACKEND_TIMES } from '../../src/lib/backend-policy.js';
import { SENDGRID_KEY, type SendGridStub, TWILIO_ACCOUNT, type TwilioStub } from './provider-stubs.js';

export const TWILIO_NUMBER = '+12025550100';
export const SENDGRID_FROM = 'codes@gatehouse.example';

/** The adapter as it is composed, but led to a stub. */
export function twilioSenderTo(
  { origin }: Pick<TwilioStub, 'origin'>,
  options: Partial<TwilioOptions> = {},
  backend: Partial<BackendOptions> = {},
): TwilioSender {
  const own = { ...TWILIO_ACCOUNT, sender: TWILIO_NUMBER, publicUrl: null, origin, ...options };
  return new TwilioSender(own, backendOf('twilio', backend));
}

export function sendGridSenderTo(
  { origin }: Pick<SendGridStub, 'origin'>,
  backend: Partial<BackendOptions> = {},
  readKey = () => SENDGRID_KEY,
): SendGridSender {
  const own = {
    get apiKey() {
      return readKey();
    },
    from: SENDGRID_FROM,
    origin,
  };
  return new SendGridSender(own, backendOf('sendgrid', backend));
}

function backendOf(name: string, changes: Partial<BackendOptions>): Backend {
  const composed = { ...BACKEND_TIMES.delivery, isOutage: isDeliveryOutage, isFatal: isAccountRefused };
  return new Backend(name, { ...composed, ...changes });
}
