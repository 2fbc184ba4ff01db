import { type Config, readConfig } from '../../config/config.js';
import type { Environment } from '../../config/environment.js';
import { type ParamName, type ReadParam, SECRET_NAMES } from '../../config/param-names.js';
import { FindingError } from '../doctor/check.js';
import { CliError } from './cli-errors.js';
import type { SecretManager } from './secret-manager.js';

type SecretName = (typeof SECRET_NAMES)[number];

/** What commands need: they send no messages. */
const NEEDED: readonly SecretName[] = ['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY'];

/** Of a real project: params as its deployment was given them, secrets from the environment or else from Secret Manager. */
export class ProjectSettings {
  constructor(
    private readonly projectId: string,
    /** The environment over the files that `firebase deploy` keeps params in. */
    private readonly given: Environment,
    private readonly secrets: Pick<SecretManager, 'read'>,
  ) {}

  /** @throws CliError, FindingError */
  async config(): Promise<Config> {
    const { given, projectId } = this;
    const found = await Promise.all(NEEDED.map(async (name) => [name, given[name] ?? (await this.secrets.read(name))]));
    const apiKey = given['WEB_API_KEY'] ?? '';
    if (apiKey === '')
      throw new CliError(
        `The web API key of the project ${projectId} is not known.\n` +
          `Put WEB_API_KEY=… into functions/.env.${projectId}; it is in the Firebase console under Project settings, General.`,
      );
    return checkedConfig({ ...Object.fromEntries(found), WEB_API_KEY: apiKey, GCLOUD_PROJECT: projectId });
  }

  /** For the doctor, who looks at every setting and goes on without those that can't be read. */
  async reader(): Promise<ReadParam> {
    const missing = SECRET_NAMES.filter((name) => this.given[name] === undefined);
    const read = await Promise.all(missing.map(async (name) => [name, await this.valueOrError(name)] as const));
    const values = new Map<ParamName, string | FindingError>(read);
    return (name) => {
      const value = this.given[name] ?? values.get(name) ?? '';
      if (value instanceof FindingError) throw value;
      return value;
    };
  }

  private async valueOrError(name: SecretName): Promise<string | FindingError> {
    try {
      return await this.secrets.read(name);
    } catch (error) {
      if (error instanceof FindingError) return error;
      throw error;
    }
  }
}

/** @throws CliError in the words of the configuration, which say what to set */
export function checkedConfig(environment: Environment): Config {
  try {
    return readConfig(environment);
  } catch (error) {
    throw error instanceof Error ? new CliError(error.message) : error;
  }
}
