import type { Request } from 'express';
import type { AuthenticatedOrg } from '../../credentials/credential-service.js';
import { InvalidSessionError } from '../../errors/gatehouse-error.js';
import type { ClientInfo, SessionRecord } from '../../sessions/session-record.js';
import type { Services } from '../services.js';

const AGENT_MAX_LENGTH = 256;
const BEARER = /^Bearer +([\w.~+/=-]+)$/i;
// An IPv4 or IPv6 address as text; what it means is for those who use it.
const ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;

/** The org key and secret, under either of their names. @throws InvalidClientError, ClientInactiveError, UnavailableError */
export function authenticateOrg({ credentials }: Services, request: Request): Promise<AuthenticatedOrg> {
  const key = request.get('x-partner-key') ?? request.get('x-api-key');
  const secret = request.get('x-partner-secret') ?? request.get('x-api-secret');
  return credentials.authenticate(key, secret);
}

/** @throws InvalidSessionError, UnavailableError */
export function authenticateSession(
  { sessions }: Services,
  request: Request,
  { org }: AuthenticatedOrg,
): Promise<SessionRecord> {
  const token = BEARER.exec(request.get('authorization') ?? '')?.[1];
  if (token === undefined) throw new InvalidSessionError();
  return sessions.authenticate(org, token);
}

/** What the partner's backend says about its user's client. Information, never proof. */
export function endUserClient(request: Request): ClientInfo {
  const address = request.get('x-end-user-ip')?.trim();
  return {
    address: address !== undefined && ADDRESS.test(address) ? address : null,
    agent: request.get('x-end-user-agent')?.slice(0, AGENT_MAX_LENGTH) ?? null,
  };
}
