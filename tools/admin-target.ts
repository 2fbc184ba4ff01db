import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessTokens } from '../functions/src/adapters/identity-platform/identity-toolkit-client.js';
import { type Backoffice, openBackoffice } from '../functions/src/admin/cli/backoffice.js';
import { CliError } from '../functions/src/admin/cli/cli-errors.js';
import { googleTokens } from '../functions/src/admin/cli/google-tokens.js';
import { checkedConfig, ProjectSettings } from '../functions/src/admin/cli/project-settings.js';
import { SecretManager } from '../functions/src/admin/cli/secret-manager.js';
import type { DoctorTarget } from '../functions/src/admin/doctor/doctor-target.js';
import { withoutToken } from '../functions/src/admin/doctor/google-errors.js';
import type { Environment } from '../functions/src/config/environment.js';
import { systemClock } from '../functions/src/lib/clock.js';
import { readLocalFile } from './local-file.js';
import { EMULATORS_FILE, FUNCTIONS_DIR, ROOT_DIR } from './paths.js';
import { parseDotenv } from './stack/secrets.js';
import type { StackInfo } from './stack/stack-info.js';

/** Google's libraries would go by them and leave the project alone, without a word. */
const EMULATOR_SWITCHES = ['FIRESTORE_EMULATOR_HOST', 'FIREBASE_AUTH_EMULATOR_HOST', 'CLOUD_TASKS_EMULATOR_HOST'];
const DEFAULT_REGION = 'us-central1';

interface OpenProject {
  readonly settings: ProjectSettings;
  readonly tokens: AccessTokens;
  readonly region: string;
}

/** What the command line works on: a real project, or the local stack where the project is null. */
export class AdminTarget {
  constructor(
    private readonly local: () => Environment = runningStack,
    private readonly environment: Environment = process.env,
  ) {}

  /** @throws CliError, FindingError */
  async connect(project: string | null): Promise<Backoffice> {
    if (project === null) return openBackoffice(checkedConfig(this.local()));
    return openBackoffice(await (await this.open(project)).settings.config());
  }

  /** @throws CliError, FindingError */
  async doctorTarget(project: string | null): Promise<DoctorTarget> {
    const common = { functionServiceAccount: null, expected: expectedTexts(), clock: systemClock };
    if (project !== null) {
      const { settings, tokens, region } = await this.open(project);
      return { ...common, projectId: project, region, emulators: null, tokens, read: await settings.reader() };
    }
    const env = this.local();
    const { projectId, region, emulators } = checkedConfig(env);
    const tokens = { get: async () => 'owner' };
    return { ...common, projectId, region, emulators, tokens, read: (name) => env[name] ?? '' };
  }

  private async open(projectId: string): Promise<OpenProject> {
    const switches = EMULATOR_SWITCHES.filter((name) => this.environment[name] !== undefined);
    if (switches.length > 0)
      throw new CliError(
        `${switches.join(' and ')} would send this to an emulator, and --project names a real project.\n` +
          `Take it out of the environment: unset ${switches.join(' ')}`,
      );
    const given = { ...projectParams(projectId), ...this.environment };
    const tokens = await googleTokens();
    await assertLoggedIn(tokens);
    const settings = new ProjectSettings(projectId, given, new SecretManager({ projectId, tokens }));
    return { settings, tokens, region: given['FUNCTION_REGION'] ?? DEFAULT_REGION };
  }
}

/** Said once, before services take it for an outage and every check of the doctor for its own. @throws FindingError */
async function assertLoggedIn(tokens: AccessTokens): Promise<void> {
  await tokens.get().catch(() => {
    throw withoutToken();
  });
}

function runningStack(): Environment {
  const hint = 'There is no stack running: `npm start` first.\nFor a real project give --project <id>.';
  if (!existsSync(EMULATORS_FILE)) throw new CliError(hint);
  return readLocalFile<StackInfo>(EMULATORS_FILE, hint).env;
}

/** What `firebase deploy` has asked for, where it keeps it. */
function projectParams(projectId: string): Record<string, string> {
  const files = ['.env', `.env.${projectId}`].map((name) => join(FUNCTIONS_DIR, name));
  const present = files.filter((file) => existsSync(file));
  return Object.assign({}, ...present.map((file) => parseDotenv(readFileSync(file, 'utf8'))));
}

function expectedTexts(): DoctorTarget['expected'] {
  const text = (name: string) => readFileSync(join(ROOT_DIR, name), 'utf8');
  return { rules: text('firestore.rules'), indexes: text('firestore.indexes.json') };
}
