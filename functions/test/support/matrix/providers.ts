import { ChannelSender } from '../../../src/delivery/channel-sender.js';
import type { MessageSender } from '../../../src/delivery/message-sender.js';
import { sendGridSenderTo, twilioSenderTo } from '../provider-senders.js';
import { PUBLIC_URL } from '../provider-signer.js';
import { SendGridStub, TwilioStub } from '../provider-stubs.js';

/** Stand-ins of both providers, and the real adapters that send through them. */
export class Providers {
  readonly twilio = new TwilioStub();
  readonly sendgrid = new SendGridStub();

  static async start(): Promise<Providers> {
    const providers = new Providers();
    await Promise.all([providers.twilio.start(), providers.sendgrid.start()]);
    return providers;
  }

  async stop(): Promise<void> {
    await Promise.all([this.twilio.stop(), this.sendgrid.stop()]);
  }

  heal(): void {
    this.twilio.faults.set();
    this.sendgrid.faults.set();
  }

  sender(): MessageSender {
    const sms = twilioSenderTo(this.twilio, { sender: `MG${'c'.repeat(32)}`, publicUrl: PUBLIC_URL });
    return new ChannelSender({ sms, email: sendGridSenderTo(this.sendgrid) });
  }

  /** The code in the last text message that Twilio has taken for this number. */
  codeFor(number: string): string {
    const message = this.twilio.messages.findLast(({ to }) => to === number);
    return codeIn(message?.body);
  }

  mailedCodeFor(address: string): string {
    const mail = this.sendgrid.messages.findLast(({ to }) => to === address);
    return codeIn(mail?.text);
  }
}

function codeIn(text: string | undefined): string {
  const [code] = /\b\d{10}\b/.exec(text ?? '') ?? [];
  if (code === undefined) throw new Error('no message with a code was taken');
  return code;
}
