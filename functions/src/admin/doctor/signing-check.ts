import { type Check, type Finding, failed, ok, skipped, warning } from './check.js';
import { type Json, textAt } from './json.js';
import { type Grant, SIGNING_ROLE, type SigningPolicies } from './signing-policies.js';

export interface SigningCheckOptions {
  readonly policies: SigningPolicies;
  readonly projectId: string;
  /** Null asks `functionState`. */
  readonly account: string | null;
  readonly functionState: () => Promise<Json | null>;
}

/**
 * Whether the function can sign custom tokens. IAM tells only callers what they may do themselves, so this reads who was
 * granted what. Grants to a group, or on a folder or organization above the project, are not seen.
 */
export function signingCheck({ policies, projectId, account, functionState }: SigningCheckOptions): Check {
  return {
    name: 'signing of tokens',
    async run() {
      const email = account ?? textAt(await functionState(), 'serviceConfig.serviceAccountEmail');
      if (email === '')
        return skipped(
          'As whom the function runs is not known before it is deployed.',
          `npx firebase deploy --only functions --project ${projectId}`,
        );
      return judge(policies, email, grantCommand(email, projectId));
    },
  };
}

async function judge(policies: SigningPolicies, email: string, command: string): Promise<Finding> {
  const [own, project] = await Promise.all([policies.ofAccount(email), policies.ofProject(email)]);
  const grants = [...(own ?? []), ...(project ?? [])];
  const answers = await Promise.all(grants.map(({ role }) => policies.letsSign(role)));
  const signing = grants.filter((_grant: Grant, index) => answers[index] === true);
  if (signing.some(({ conditional }) => !conditional)) return ok(`${email} may sign as itself.`);
  if (signing.length > 0)
    return warning(
      `${email} may sign as itself under a condition only.`,
      `Make sure that it holds, or run: ${command}`,
    );
  if (own === null || project === null || answers.includes(null))
    return warning(
      `Whether ${email} may sign as itself can't be seen in full with your account.`,
      `Ask an owner of the project, or make sure with: ${command}`,
    );
  return failed(`${email} may not sign as itself: no login can be finished.`, command);
}

function grantCommand(email: string, projectId: string): string {
  const member = `--member=serviceAccount:${email} --role=${SIGNING_ROLE}`;
  return `gcloud iam service-accounts add-iam-policy-binding ${email} ${member} --project=${projectId}`;
}
