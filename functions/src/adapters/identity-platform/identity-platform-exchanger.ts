import { decodeJwt } from 'jose';
import { UnavailableError, UserInactiveError } from '../../errors/gatehouse-error.js';
import type { Pool } from '../../identity/pool.js';
import type { SessionToken, TokenExchanger } from '../../sessions/session-tokens.js';
import { expecting, type IdentityToolkitClient, textOf } from './identity-toolkit-client.js';

const inactive = () => {
  throw new UserInactiveError();
};

export class IdentityPlatformExchanger implements TokenExchanger {
  constructor(private readonly toolkit: IdentityToolkitClient) {}

  async exchange(pool: Pool, customToken: string): Promise<SessionToken> {
    const tenant = pool.tenantId === null ? {} : { tenantId: pool.tenantId };
    const exchanging = this.toolkit.callPublic('accounts:signInWithCustomToken', {
      token: customToken,
      returnSecureToken: true,
      ...tenant,
    });
    // With client sign-up off, a custom token of a user who was deleted is refused as an attempt to sign up.
    const answer = await expecting(exchanging, {
      USER_DISABLED: inactive,
      USER_NOT_FOUND: inactive,
      ADMIN_ONLY_OPERATION: inactive,
    });
    const token = textOf(answer, 'idToken');
    // Where sign-up is on (the emulator), the exchange has made the deleted user anew: an empty one, and no session.
    if (answer['isNewUser'] === true) await this.undoSignUp(pool, token);
    return { token, expiresAt: expiryOf(token) };
  }

  private async undoSignUp(pool: Pool, token: string): Promise<never> {
    const accounts = pool.tenantId === null ? 'accounts' : `tenants/${pool.tenantId}/accounts`;
    await expecting(this.toolkit.callAdmin('v1', `${accounts}:delete`, { localId: decodeJwt(token).sub }), {
      USER_NOT_FOUND: () => ({}),
    });
    throw new UserInactiveError();
  }
}

/** Milliseconds since the epoch. @throws UnavailableError when this is no token that ends */
function expiryOf(token: string): number {
  try {
    const { exp } = decodeJwt(token);
    if (exp !== undefined) return exp * 1_000;
  } catch (error) {
    throw new UnavailableError(error);
  }
  throw new UnavailableError(new Error('the ID token has no end'));
}
