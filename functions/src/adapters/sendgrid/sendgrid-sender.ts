import type SendGridClient from '@sendgrid/client';
import type { MailService } from '@sendgrid/mail';
import type { RenderedMessage } from '../../delivery/message.js';
import type { MessageSender } from '../../delivery/message-sender.js';
import { DeliveryFailedError } from '../../errors/gatehouse-error.js';
import type { Backend } from '../../lib/backend.js';
import { isProviderFault } from '../../lib/http-status.js';

export interface SendGridOptions {
  readonly apiKey: string;
  /** A verified sender's address. */
  readonly from: string;
  /** Another origin than SendGrid's, to test against. */
  readonly origin?: string;
}

const TIMEOUT_MS = 3_500;
/** A code is no place to count clicks: tracking would rewrite the text and add a picture. */
const NO_TRACKING = { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false } };

/** E-mail through SendGrid. The package is loaded with the first message. */
export class SendGridSender implements MessageSender {
  private mail: Promise<MailService> | undefined;

  constructor(
    private readonly options: SendGridOptions,
    private readonly backend: Backend,
  ) {}

  /** One try, as with text messages. */
  async send({ to, subject, text, html, purpose }: RenderedMessage): Promise<void> {
    const message = {
      to,
      from: this.options.from,
      subject: subject ?? '',
      text,
      ...(html === null ? {} : { html }),
      categories: [purpose],
      trackingSettings: NO_TRACKING,
    };
    try {
      this.mail ??= openMail(this.options);
      const mail = await this.mail;
      await this.backend.call('send', {}, () => mail.send(message));
    } catch (error) {
      throw new DeliveryFailedError(error);
    }
  }
}

async function openMail({ apiKey, origin }: SendGridOptions): Promise<MailService> {
  // The packages' types describe their CommonJS form alone; as modules they have their classes as named exports.
  const { MailService } = (await import('@sendgrid/mail')) as unknown as { MailService: new () => MailService };
  const { Client } = (await import('@sendgrid/client')) as unknown as { Client: new () => typeof SendGridClient };
  const client = new Client();
  client.setApiKey(apiKey);
  // After the key: setting that puts the default origin back.
  if (origin !== undefined) client.setDefaultRequest('baseUrl', origin);
  const mail = new MailService();
  mail.setClient(client);
  mail.setTimeout(TIMEOUT_MS);
  return mail;
}

/** For the breaker, as with text messages. The package has the HTTP status in `code`, and there the name of a socket's error. */
export function isSendGridOutage(error: unknown): boolean {
  const status = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof status !== 'number' || isProviderFault(status);
}
