import type { Request } from 'express';
import type { AuthenticatedOrg } from '../../credentials/credential-service.js';
import { InvalidSessionError } from '../../errors/gatehouse-error.js';
import type { SessionRecord } from '../../sessions/session-record.js';
import type { Services } from '../services.js';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

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
