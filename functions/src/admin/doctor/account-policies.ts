import { FindingError, failed } from './check.js';
import type { GoogleApi } from './google-api.js';
import { ForbiddenError } from './google-errors.js';
import { type Json, objectsAt, textAt, textsAt } from './json.js';

/** What an account may be allowed to do with itself, and the role that is meant for it. */
export interface Right {
  readonly permission: string;
  readonly role: string;
}

export const SIGN: Right = {
  permission: 'iam.serviceAccounts.signBlob',
  role: 'roles/iam.serviceAccountTokenCreator',
};
/** Each task bears a token of the account that is to run it. */
export const ACT: Right = { permission: 'iam.serviceAccounts.actAs', role: 'roles/iam.serviceAccountUser' };
const REVIEWER = 'roles/iam.securityReviewer';
/** The version with conditions. */
const VERSION = 3;

export interface Grant {
  readonly role: string;
  readonly conditional: boolean;
}

/** What the service account itself is granted, on itself and on the project; null where we may not look. */
export class AccountPolicies {
  constructor(
    private readonly api: GoogleApi,
    private readonly projectId: string,
  ) {}

  /** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/getIamPolicy */
  async ofAccount(email: string): Promise<readonly Grant[] | null> {
    const project = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? this.projectId;
    const path = `v1/projects/${project}/serviceAccounts/${encodeURIComponent(email)}:getIamPolicy`;
    const query = { 'options.requestedPolicyVersion': String(VERSION) };
    const need = { permission: 'iam.serviceAccounts.getIamPolicy', role: REVIEWER };
    const policy = await visible(this.api.ask({ api: 'iam', path, query, need, method: 'POST' }));
    return policy && grantsOf(policy, email);
  }

  /** https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/getIamPolicy */
  async ofProject(email: string): Promise<readonly Grant[] | null> {
    const path = `v1/projects/${this.projectId}:getIamPolicy`;
    const need = { permission: 'resourcemanager.projects.getIamPolicy', role: REVIEWER };
    const body = { options: { requestedPolicyVersion: VERSION } };
    const policy = await visible(this.api.ask({ api: 'cloudresourcemanager', path, need, method: 'POST', body }));
    return policy && grantsOf(policy, email);
  }

  /** Whether a role gives a right; null where we may not look. https://cloud.google.com/iam/docs/reference/rest/v1/roles/get */
  async gives(role: string, { permission }: Right): Promise<boolean | null> {
    const known = [SIGN, ACT].find((right) => right.role === role);
    if (known !== undefined) return known.permission === permission;
    const need = { permission: 'iam.roles.get', role: 'roles/iam.roleViewer' };
    const found = await visible(this.api.ask({ api: 'iam', path: `v1/${encodeURI(role)}`, need }), {});
    return found && textsAt(found, 'includedPermissions').includes(permission);
  }
}

async function visible(asked: Promise<Json | null>, whenMissing?: Json): Promise<Json | null> {
  try {
    const found = (await asked) ?? whenMissing;
    if (found !== undefined) return found;
  } catch (error) {
    if (error instanceof ForbiddenError) return null;
    throw error;
  }
  throw new FindingError(
    failed('The service account of the function does not exist.', 'Deploy the functions with an account that does.'),
  );
}

function grantsOf(policy: Json, email: string): readonly Grant[] {
  return objectsAt(policy, 'bindings')
    .filter((binding) => textsAt(binding, 'members').includes(`serviceAccount:${email}`))
    .map((binding) => ({ role: textAt(binding, 'role'), conditional: binding['condition'] !== undefined }));
}
