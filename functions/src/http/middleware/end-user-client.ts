import type { Request } from 'express';
import { LOCALES, type Locale } from '../../delivery/locale.js';
import { canonicalAddress } from '../../lib/ip-address.js';
import type { ClientInfo } from '../../sessions/session-record.js';

const AGENT_MAX_LENGTH = 256;

/**
 * The end user's client. A partner's backend tells us (information, never proof); otherwise whoever calls is the client,
 * by the address that the platform's front end saw. What the caller wrote into `X-Forwarded-For` itself stands before it.
 * @see https://cloud.google.com/functions/docs/reference/headers#x-forwarded-for
 */
export function clientOf(request: Request, viaPartner: boolean): ClientInfo {
  if (!viaPartner) return { address: callerAddress(request), agent: agentOf(request.get('user-agent')) };
  return { address: addressOf(request.get('x-end-user-ip')), agent: agentOf(request.get('x-end-user-agent')) };
}

/** What `Accept-Language` asks for, where there are messages in it; `*`, which HTTP clients send by themselves, is the org's. */
export function localeOf(request: Request, own: Locale = 'en'): Locale {
  const [first] = [request.acceptsLanguages(own, ...LOCALES)].flat();
  return LOCALES.find((locale) => locale === first) ?? own;
}

/** Where the call itself comes from, as the platform's front end saw it. */
export function callerAddress(request: Request): string | null {
  return addressOf(request.get('x-forwarded-for')?.split(',').at(-1) ?? request.socket.remoteAddress);
}

function addressOf(text: string | undefined): string | null {
  return text === undefined ? null : canonicalAddress(text);
}

function agentOf(text: string | undefined): string | null {
  return text?.slice(0, AGENT_MAX_LENGTH) ?? null;
}
