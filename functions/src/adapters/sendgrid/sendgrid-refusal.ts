import { RETRY_AFTER_MS } from '../../delivery/delivery-policy.js';
import type { RenderedMessage } from '../../delivery/message.js';
import { type ErrorAnswer, type NotAcceptedError, notAccepted } from '../not-accepted-error.js';
import { retryAfterMs } from '../retry-after.js';

/** As the package throws it, from axios in both cases: an error answer has the status in `code`. */
interface Thrown {
  readonly response?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    /** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors */
    readonly body?: { readonly errors?: unknown } | null;
  };
  readonly code?: unknown;
}

/** What SendGrid answers where it may not keep the data: a key of one region, asked in another. */
const WRONG_REGION = 451;
const SENDER = /^from(\.|$)/;
const RECIPIENT = /^personalizations\.(\d+\.)?to(\.|$)/;

/** What SendGrid's answer says of the message; null when there was none. */
export function refusalOf(error: unknown, message: RenderedMessage): NotAcceptedError | null {
  const { response, code } = (error ?? {}) as Thrown;
  const status = response?.status ?? code;
  if (response === undefined || typeof status !== 'number') return null;
  const { headers = {}, body } = response;
  const fields = fieldsOf(body?.errors);
  return notAccepted({
    provider: 'sendgrid',
    status,
    isReadable: fields.length > 0,
    because: becauseOf(status, fields, message),
    // https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
    retryAfterMs: retryAfterMs({
      retryAfter: headers['retry-after'],
      reset: headers['x-ratelimit-reset'],
      maxMs: RETRY_AFTER_MS.maxOfMail,
    }),
  });
}

/**
 * An org's address that nobody has verified is that org's own trouble: it must not stop the mails of all others. The
 * deployment's own address stops them all the same.
 */
function becauseOf(status: number, fields: readonly string[], { from }: RenderedMessage): ErrorAnswer['because'] {
  if (status === WRONG_REGION) return 'account';
  if (status === 400 && fields.some((field) => RECIPIENT.test(field))) return 'destination';
  const isOfSender = fields.length > 0 && fields.every((field) => SENDER.test(field));
  if (!isOfSender || (status !== 400 && status !== 403)) return undefined;
  if (from.email !== null) return 'message';
  // The name is the org's in any case.
  return fields.includes('from.name') ? undefined : 'account';
}

/** The field of each of SendGrid's complaints, '' where it is about none; empty where these are no complaints of its. */
function fieldsOf(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((error: { readonly field?: unknown } | null) => String(error?.field ?? ''));
}
