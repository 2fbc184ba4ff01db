import type { Request } from 'express';
import { canonicalAddress } from '../../lib/ip-address.js';
import type { ClientInfo } from '../../sessions/session-record.js';

const AGENT_MAX_LENGTH = 256;

/**
 * The end user's client. A partner's backend tells us (information, never proof); otherwise whoever calls is the client,
 * by the address that the platform's front end saw. What the caller wrote into `X-Forwarded-For` itself stands before it.
 * @see https://cloud.google.com/functions/docs/reference/headers#x-forwarded-for
 */
export function clientOf(request: Request, viaPartner: boolean): ClientInfo {
  if (!viaPartner) return client(trustedAddress(request), request.get('user-agent'));
  return client(request.get('x-end-user-ip'), request.get('x-end-user-agent'));
}

function trustedAddress(request: Request): string | undefined {
  return request.get('x-forwarded-for')?.split(',').at(-1) ?? request.socket.remoteAddress;
}

function client(address: string | undefined, agent: string | undefined): ClientInfo {
  return {
    address: address === undefined ? null : canonicalAddress(address),
    agent: agent?.slice(0, AGENT_MAX_LENGTH) ?? null,
  };
}
