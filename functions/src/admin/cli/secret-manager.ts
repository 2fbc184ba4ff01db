import type { AccessTokens } from '../../adapters/identity-platform/identity-toolkit-client.js';
import { refused, send } from '../doctor/api-client.js';
import { FindingError, failed } from '../doctor/check.js';
import { reasonOf, unauthenticated, withoutToken } from '../doctor/google-errors.js';
import { textAt } from '../doctor/json.js';
import { SECRET_TIMEOUT_MS } from './cli-policy.js';

export interface SecretManagerOptions {
  readonly projectId: string;
  readonly tokens: AccessTokens;
  /** Where the API is, if not where its documentation says. */
  readonly origin?: string;
  readonly timeoutMs?: number;
}

const SERVICE = 'Secret Manager';

/**
 * The secrets of a project, as whoever runs the command.
 * @see https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
 */
export class SecretManager {
  constructor(private readonly options: SecretManagerOptions) {}

  /** The newest version. @throws FindingError that says what to do */
  async read(name: string): Promise<string> {
    const { projectId, origin = 'https://secretmanager.googleapis.com', timeoutMs = SECRET_TIMEOUT_MS } = this.options;
    const url = `${origin}/v1/projects/${projectId}/secrets/${name}/versions/latest:access`;
    const headers = { authorization: `Bearer ${await this.token()}`, 'x-goog-user-project': projectId };
    const answer = await send({ service: SERVICE, url, headers }, timeoutMs);
    const data = textAt(answer.body, 'payload.data');
    if (answer.status === 200 && data !== '') return Buffer.from(data, 'base64').toString('utf8');
    const reason = reasonOf(answer.body);
    throw answer.status === 401
      ? unauthenticated()
      : (this.known(name, answer.status, reason) ?? refused(SERVICE, answer, reason));
  }

  private known(name: string, status: number, reason: string): FindingError | null {
    const { projectId } = this.options;
    const set = `npx firebase functions:secrets:set ${name} --project ${projectId}`;
    if (status === 404)
      return finding(`The project ${projectId} has no secret ${name}.`, `If the id of the project is right: ${set}`);
    if (status === 400 && reason === 'FAILED_PRECONDITION')
      return finding(
        `The newest version of the secret ${name} is disabled or destroyed.`,
        `Enable it: https://console.cloud.google.com/security/secret-manager?project=${projectId}`,
      );
    if (status !== 403) return null;
    if (reason === 'SERVICE_DISABLED')
      return finding(
        `Secret Manager is not enabled in the project ${projectId}.`,
        `gcloud services enable secretmanager.googleapis.com --project=${projectId}`,
      );
    const role =
      reason === 'USER_PROJECT_DENIED' ? 'serviceusage.serviceUsageConsumer' : 'secretmanager.secretAccessor';
    return finding(
      `Your account may not read the secret ${name} of the project ${projectId}, or there is no such project.`,
      `Have an owner of it run: gcloud projects add-iam-policy-binding ${projectId} --member=user:YOUR_ADDRESS --role=roles/${role}`,
    );
  }

  private async token(): Promise<string> {
    try {
      return await this.options.tokens.get();
    } catch {
      throw withoutToken();
    }
  }
}

function finding(message: string, remedy: string): FindingError {
  return new FindingError(failed(message, remedy));
}
