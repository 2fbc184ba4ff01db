import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { CallbackVerifier, SignedCallback } from '../../delivery/callback-verifier.js';

/** Digits alone: what is signed is the time with the body behind it, and nothing between them. */
const SECONDS = /^\d{1,15}$/;

/**
 * SendGrid signs the time of the request and its body with ECDSA.
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export class SendGridCallbackVerifier implements CallbackVerifier {
  private readonly key: KeyObject;

  /** @param publicKey as SendGrid shows it: SubjectPublicKeyInfo in base64. @throws Error when it is none */
  constructor(publicKey: string) {
    this.key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  }

  async isGenuine({ body, headers }: SignedCallback): Promise<boolean> {
    const time = headers['x-twilio-email-event-webhook-timestamp'] ?? '';
    const signature = headers['x-twilio-email-event-webhook-signature'] ?? '';
    const bytes = Buffer.from(signature, 'base64');
    // Decoding forgives what is no base64: one signature has one spelling.
    if (!SECONDS.test(time) || bytes.toString('base64') !== signature) return false;
    return verify('sha256', Buffer.concat([Buffer.from(time), body]), this.key, bytes);
  }
}
