import type { AccessTokens } from '../../adapters/identity-platform/identity-toolkit-client.js';

const CLOUD_PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Of whoever runs the command: what `gcloud auth application-default login` has left, or a service account. */
export async function googleTokens(): Promise<AccessTokens> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: [CLOUD_PLATFORM_SCOPE] });
  return {
    get: async () => {
      const token = await auth.getAccessToken();
      if (!token) throw new Error('there is no access token');
      return token;
    },
  };
}
