import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { InvalidClientError, UnavailableError } from '../../errors/gatehouse-error.js';
import type { Clock } from '../../lib/clock.js';
import type { AppCheck } from '../../main-app/app-check.js';
import { isKeyOutage } from '../key-outage.js';

/** Firebase publishes the keys of App Check tokens here. */
export const APP_CHECK_JWKS_URL = 'https://firebaseappcheck.googleapis.com/v1/jwks';
const ISSUER = 'https://firebaseappcheck.googleapis.com/';
const CLOCK_SKEW_SECONDS = 30;
/** They are below 2 kB; anything much longer is not parsed. */
const TOKEN_MAX_LENGTH = 8_192;

export interface AppCheckOptions {
  readonly projectId: string;
  readonly clock: Clock;
  readonly keys: JWTVerifyGetKey;
}

/** @see https://firebase.google.com/docs/app-check/custom-resource-backend */
export class AppCheckVerifier implements AppCheck {
  constructor(private readonly options: AppCheckOptions) {}

  async verify(token: string): Promise<void> {
    const { projectId, clock, keys } = this.options;
    if (token.length > TOKEN_MAX_LENGTH) throw notOurApp();
    const expected = {
      algorithms: ['RS256'],
      typ: 'JWT',
      audience: `projects/${projectId}`,
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['iss', 'sub', 'exp'],
    };
    try {
      const { payload } = await jwtVerify(token, keys, expected);
      // Behind it stands the number of the project, which we do not know: the audience names the project.
      if (payload.iss?.startsWith(ISSUER) && typeof payload.sub === 'string' && payload.sub !== '') return;
    } catch (error) {
      throw isKeyOutage(error) ? new UnavailableError(error) : notOurApp();
    }
    throw notOurApp();
  }
}

function notOurApp(): InvalidClientError {
  return new InvalidClientError('The App Check token is missing, wrong or expired. Send one in X-Firebase-AppCheck.');
}
