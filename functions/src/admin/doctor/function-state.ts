import { type Check, failed, ok, warning } from './check.js';
import type { GoogleApi } from './google-api.js';
import { type Json, textAt } from './json.js';
import { once } from './once.js';

const NEED = { permission: 'cloudfunctions.functions.get', role: 'roles/cloudfunctions.viewer' };

/** Asks for the function `api` once; null where it is not deployed. */
export function functionState(api: GoogleApi, projectId: string, region: string): () => Promise<Json | null> {
  const path = `v2/projects/${projectId}/locations/${region}/functions/api`;
  return once(() => api.ask({ api: 'cloudfunctions', path, need: NEED }));
}

export function functionCheck(state: () => Promise<Json | null>, projectId: string, region: string): Check {
  const deploy = `npx firebase deploy --only functions --project ${projectId}`;
  return {
    name: 'function',
    async run() {
      const found = await state();
      if (found === null) return failed(`The function api is not deployed in ${region}.`, deploy);
      switch (textAt(found, 'state')) {
        case 'ACTIVE':
          return ok('The function api is deployed.');
        case 'DEPLOYING':
          return warning('The function api is being deployed.', 'Wait for it.');
        default:
          return failed('The function api does not serve: its deployment failed.', deploy);
      }
    },
  };
}
