import type SendGridClient from '@sendgrid/client';
import type { MailDataRequired, MailService } from '@sendgrid/mail';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { failedHandover } from '../failed-handover.js';
import { refusalOf } from './sendgrid-refusal.js';

export interface SendGridOptions {
  readonly apiKey: string;
  /** A verified sender's address, for messages that bring none of their own. */
  readonly from: string;
  /** Another origin than SendGrid's, to test against. */
  readonly origin?: string;
}

const PROVIDER = 'sendgrid';
/** Below the deadline of the call around it, so that the connection is closed and not just forgotten. */
const TIMEOUT_MS = 3_500;
/** A code is no place to count clicks or to unsubscribe: tracking rewrites the text, and adds links and a picture. */
const NO_TRACKING = {
  clickTracking: { enable: false, enableText: false },
  openTracking: { enable: false },
  subscriptionTracking: { enable: false },
};

/** E-mail through SendGrid. The package is loaded with the first message. */
export class SendGridSender implements MessageSender {
  private mail: Promise<MailService> | undefined;

  constructor(
    private readonly options: SendGridOptions,
    private readonly backend: Backend,
  ) {}

  /** One try, as with text messages. */
  async send(message: RenderedMessage): Promise<Handover> {
    try {
      this.mail ??= openMail(this.options);
      const mail = await this.mail;
      const providerId = await this.backend.call('send', {}, () => this.post(mail, message));
      return { provider: PROVIDER, outcome: 'accepted', providerId };
    } catch (error) {
      return failedHandover(PROVIDER, error);
    }
  }

  /** Answers the header X-Message-Id, with which SendGrid's reports on the message begin their own id of it. */
  private async post(mail: MailService, message: RenderedMessage): Promise<string | null> {
    try {
      const [{ headers }] = await mail.send(this.mailOf(message));
      return (headers as Readonly<Record<string, string | undefined>>)['x-message-id'] ?? null;
    } catch (error) {
      throw refusalOf(error, message) ?? error;
    }
  }

  private mailOf({ id, orgId, purpose, from, to, subject, text, html }: RenderedMessage): MailDataRequired {
    return {
      to,
      from: { email: from.email ?? this.options.from, name: from.name },
      subject: subject ?? '',
      text,
      ...(html === null ? {} : { html }),
      categories: ['gatehouse', purpose],
      customArgs: { delivery: id, org: orgId ?? '', purpose },
      trackingSettings: NO_TRACKING,
    };
  }
}

/** The package's types leave out what it hands on to axios. */
type Client = typeof SendGridClient & { setDefaultRequest(defaults: { readonly maxRedirects: number }): unknown };

async function openMail({ apiKey, origin }: SendGridOptions): Promise<MailService> {
  // The packages' types describe their CommonJS form alone; as modules they have their classes as named exports.
  const { MailService } = (await import('@sendgrid/mail')) as unknown as { MailService: new () => MailService };
  const { Client } = (await import('@sendgrid/client')) as unknown as { Client: new () => Client };
  const client = new Client();
  client.setApiKey(apiKey);
  // After the key: setting that puts the default origin back.
  if (origin !== undefined) client.setDefaultRequest('baseUrl', origin);
  // To follow one is to send again.
  client.setDefaultRequest({ maxRedirects: 0 });
  const mail = new MailService();
  mail.setClient(client);
  mail.setTimeout(TIMEOUT_MS);
  return mail;
}
