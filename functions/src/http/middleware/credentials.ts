import type { Request } from 'express';
import type { AuthenticatedOrg } from '../../credentials/credential-service.js';
import { InsufficientScopeError, InvalidClientError, InvalidSessionError } from '../../errors/gatehouse-error.js';
import type { AccountCaller } from '../../main-app/account-sessions.js';
import type { SessionRecord } from '../../sessions/session-record.js';
import type { Route } from '../route.js';
import type { Services } from '../services.js';
import { callerAddress } from './end-user-client.js';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

/**
 * The org key and secret, under either of their names, used from where they may be and for what they may.
 * @throws InvalidClientError, ClientInactiveError, OriginNotAllowedError, InsufficientScopeError, UnavailableError
 */
export async function authenticateOrg(
  { credentials }: Services,
  request: Request,
  { scope }: Route,
): Promise<AuthenticatedOrg> {
  const key = request.get('x-partner-key') ?? request.get('x-api-key');
  const secret = request.get('x-partner-secret') ?? request.get('x-api-secret');
  const caller = await credentials.authenticate(key, secret, callerAddress(request));
  if (scope === null || caller.scopes.includes(scope)) return caller;
  throw new InsufficientScopeError(scope, { orgId: caller.org.orgId, keyId: caller.keyId });
}

/** @throws InvalidSessionError, UnavailableError */
export function authenticateSession(
  { sessions }: Services,
  request: Request,
  { org }: AuthenticatedOrg,
): Promise<SessionRecord> {
  return sessions.authenticate(org, bearerToken(request));
}

/** @throws InvalidSessionError, UnavailableError */
export function authenticateAccount({ accountSessions }: Services, request: Request): Promise<AccountCaller> {
  return accountSessions.authenticate(bearerToken(request));
}

/** Where the deployment asks for it. @throws InvalidClientError, UnavailableError */
export async function authenticateApp({ mainApp, appCheck }: Services, request: Request): Promise<void> {
  if (!mainApp.requiresAppCheck) return;
  const token = request.get('x-firebase-appcheck');
  if (token === undefined) throw new InvalidClientError('Send an App Check token in X-Firebase-AppCheck.');
  await appCheck.verify(token);
}

/** @throws InvalidSessionError */
function bearerToken(request: Request): string {
  const token = BEARER.exec(request.get('authorization') ?? '')?.[1];
  if (token === undefined) throw new InvalidSessionError();
  return token;
}
