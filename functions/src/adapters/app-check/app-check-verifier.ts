import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { InvalidClientError } from '../../errors/gatehouse-error.js';
import type { Clock } from '../../lib/clock.js';
import type { AppCheck } from '../../main-app/app-check.js';
import { CLOCK_SKEW_SECONDS, checkToken } from '../token-check.js';

/** Firebase publishes the keys of App Check tokens here. */
export const APP_CHECK_JWKS_URL = 'https://firebaseappcheck.googleapis.com/v1/jwks';
const ISSUER = 'https://firebaseappcheck.googleapis.com/';

export interface AppCheckOptions {
  readonly projectId: string;
  readonly clock: Clock;
  readonly keys: JWTVerifyGetKey;
}

/** @see https://firebase.google.com/docs/app-check/custom-resource-backend */
export class AppCheckVerifier implements AppCheck {
  constructor(private readonly options: AppCheckOptions) {}

  async verify(token: string): Promise<void> {
    const isOurs = await checkToken(token, () => this.isOfOurApp(token), notOurApp);
    if (!isOurs) throw notOurApp();
  }

  private async isOfOurApp(token: string): Promise<boolean> {
    const { projectId, clock, keys } = this.options;
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      typ: 'JWT',
      audience: `projects/${projectId}`,
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['iss', 'sub', 'exp'],
    });
    // Behind it stands the number of the project, which we do not know: the audience names the project.
    return payload.iss?.startsWith(ISSUER) === true && typeof payload.sub === 'string' && payload.sub !== '';
  }
}

function notOurApp(): InvalidClientError {
  return new InvalidClientError('The App Check token is missing, wrong or expired. Send one in X-Firebase-AppCheck.');
}
