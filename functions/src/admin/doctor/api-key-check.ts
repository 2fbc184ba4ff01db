import { isMap } from '../../lib/is-map.js';
import { type ApiAnswer, refused } from './api-client.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';
import type { DoctorTarget } from './doctor-target.js';
import type { GoogleApi } from './google-api.js';
import { reasonOf } from './google-errors.js';
import type { IdentityState } from './identity-state.js';
import { textAt } from './json.js';
import { setParams } from './settings-repairs.js';

export function apiKeyCheck(api: GoogleApi, state: IdentityState, target: DoctorTarget): Check {
  const { projectId, read, emulators } = target;
  return {
    name: 'web API key',
    async run() {
      const key = read('WEB_API_KEY');
      const settings = `https://console.firebase.google.com/project/${projectId}/settings/general`;
      if (key === '')
        return failed(
          'The parameter WEB_API_KEY is not set.',
          `${setParams(target, 'WEB_API_KEY')}${emulators === null ? `; the key stands in ${settings}` : ''}.`,
        );
      if (emulators !== null) return ok('It is set; the Auth emulator takes any.');
      // https://cloud.google.com/identity-platform/docs/reference/rest/v1/TopLevel/getProjects: changes nothing.
      const answer = await api.askPublic('identitytoolkit', 'v1/projects', { key });
      if (answer.status !== 200 || !isMap(answer.body)) return explain(answer, projectId);
      if (await isOfAnother(textAt(answer.body, 'projectId'), state, projectId))
        return failed('The key is that of another project.', `Set WEB_API_KEY to the key of ${settings} and deploy.`);
      return ok('Identity Platform accepts it.');
    },
  };
}

/** Google names the project by its number or its id; the number stands in the name of the configuration. */
async function isOfAnother(named: string, state: IdentityState, projectId: string): Promise<boolean> {
  if (named === '' || named === projectId) return false;
  if (!/^\d+$/.test(named)) return true;
  const config = await state.config().catch(() => null);
  const number = /^projects\/(\d+)\/config$/.exec(textAt(config, 'name'))?.[1];
  return number !== undefined && number !== named;
}

/** https://cloud.google.com/php/docs/reference/common-protos/latest/Api.ErrorReason */
function explain(answer: ApiAnswer, projectId: string): Finding {
  const reason = reasonOf(answer.body);
  const page = `https://console.cloud.google.com/apis/credentials?project=${projectId}`;
  const restriction = (what: string) =>
    failed(`The key is for ${what} only, and we call from a server.`, `Application restrictions, None: ${page}`);
  switch (reason) {
    case 'API_KEY_INVALID':
      return failed('The key is wrong, deleted or expired.', `Compare WEB_API_KEY with the keys of ${page}`);
    case 'API_KEY_SERVICE_BLOCKED':
      return failed('The key is not for Identity Platform.', `API restrictions, add Identity Toolkit API: ${page}`);
    case 'API_KEY_HTTP_REFERRER_BLOCKED':
      return restriction('web sites');
    case 'API_KEY_ANDROID_APP_BLOCKED':
      return restriction('Android apps');
    case 'API_KEY_IOS_APP_BLOCKED':
      return restriction('iOS apps');
    case 'API_KEY_IP_ADDRESS_BLOCKED':
      return warning(
        'The key is for some addresses only, and this machine has none of them.',
        `Unless all calls of the functions leave from these addresses: Application restrictions, None: ${page}`,
      );
    case 'SERVICE_DISABLED':
      return failed(
        'The API identitytoolkit.googleapis.com is not enabled in the project of the key.',
        `gcloud services enable identitytoolkit.googleapis.com --project=${projectId}`,
      );
    default:
      return refused('Identity Platform', answer, reason).finding;
  }
}
