import type SendGridClient from '@sendgrid/client';
import type { MailDataRequired, MailService } from '@sendgrid/mail';
import type { RenderedMessage } from '../../delivery/message.js';
import type { Handover, MessageSender } from '../../delivery/message-sender.js';
import type { Backend } from '../../lib/backend.js';
import { axiosLimits, underSignal } from '../axios-limits.js';
import { handOver } from '../failed-handover.js';
import { openedOnce } from '../opened-once.js';
import { refusalOf } from './sendgrid-refusal.js';

export interface SendGridOptions {
  readonly apiKey: string;
  /** A verified sender's address, for messages that bring none of their own. */
  readonly from: string;
  /** Another origin than SendGrid's, to test against. */
  readonly origin?: string;
}

const PROVIDER = 'sendgrid';
/** A code is no place to count clicks or to unsubscribe: tracking rewrites the text, and adds links and a picture. */
const NO_TRACKING = {
  clickTracking: { enable: false, enableText: false },
  openTracking: { enable: false },
  subscriptionTracking: { enable: false },
};

/** E-mail through SendGrid. The package is loaded with the first message. */
export class SendGridSender implements MessageSender {
  private readonly mail: () => Promise<MailService>;

  constructor(
    private readonly options: SendGridOptions,
    private readonly backend: Backend,
  ) {
    this.mail = openedOnce(PROVIDER, () => openMail(options));
  }

  /** One try, as with text messages. */
  send(message: RenderedMessage): Promise<Handover> {
    return handOver(PROVIDER, async () => {
      const mail = await this.mail();
      const post = () => this.post(mail, message);
      return this.backend.call('send', {}, (signal) => underSignal(signal, post));
    });
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
      customArgs: { delivery: id, ...(orgId === null ? {} : { org: orgId }), purpose },
      trackingSettings: NO_TRACKING,
    };
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
  const createRequest = client.createRequest.bind(client);
  client.createRequest = (data) => ({ ...createRequest(data), ...axiosLimits() });
  const mail = new MailService();
  mail.setClient(client);
  return mail;
}
