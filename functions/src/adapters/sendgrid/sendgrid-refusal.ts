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

const RECIPIENT = /^personalizations\.(\d+\.)?to(\.|$)/;

/** What SendGrid's answer says of the message; null when there was none. */
export function refusalOf(error: unknown, message: RenderedMessage): NotAcceptedError | null {
  const { response, code } = (error ?? {}) as Thrown;
  const status = response?.status ?? code;
  if (response === undefined || typeof status !== 'number') return null;
  const { headers = {}, body } = response;
  return notAccepted({
    provider: 'sendgrid',
    status,
    because: becauseOf(status, fieldsOf(body?.errors), message),
    // https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
    retryAfterMs: retryAfterMs({ retryAfter: headers['retry-after'], reset: headers['x-ratelimit-reset'] }),
  });
}

/** An org's address that nobody has verified is that org's own trouble: it must not stop the mails of all others. */
function becauseOf(status: number, fields: readonly string[], { from }: RenderedMessage): ErrorAnswer['because'] {
  if (status === 400 && fields.some((field) => RECIPIENT.test(field))) return 'destination';
  const isSender = fields.length > 0 && fields.every((field) => field.split('.')[0] === 'from');
  return status === 403 && isSender && from.email !== null ? 'message' : undefined;
}

/** The fields that SendGrid complains of. */
function fieldsOf(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((error: { readonly field?: unknown } | null) => String(error?.field ?? ''));
}
