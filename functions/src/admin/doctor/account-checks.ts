import { ACT, type AccountPolicies, type Grant, type Right, SIGN } from './account-policies.js';
import { type Check, type Finding, failed, ok, skipped, warning } from './check.js';
import { type Json, textAt } from './json.js';
import { once } from './once.js';

export interface AccountChecksOptions {
  readonly policies: AccountPolicies;
  readonly projectId: string;
  /** Null asks `functionState`. */
  readonly account: string | null;
  readonly functionState: () => Promise<Json | null>;
}

/** What the function needs a right for, in the words of a finding. */
interface Need {
  readonly name: string;
  readonly right: Right;
  readonly may: string;
  readonly otherwise: string;
}

const NEEDS: readonly Need[] = [
  { name: 'signing of tokens', right: SIGN, may: 'sign as itself', otherwise: 'no login can be finished' },
  {
    name: 'queueing of messages',
    right: ACT,
    may: 'queue tasks as itself',
    otherwise: 'no forgotten password can be reset',
  },
];

/** The account of the function, and what it is granted on itself and on the project; null where we may not look. */
interface Granted {
  readonly email: string;
  readonly own: readonly Grant[] | null;
  readonly project: readonly Grant[] | null;
}

/**
 * Whether the function can sign custom tokens and queue tasks. IAM tells only callers what they may do themselves, so this
 * reads who was granted what. Grants to a group, or on a folder or organization above the project, are not seen.
 */
export function accountChecks(options: AccountChecksOptions): readonly Check[] {
  const { policies, projectId } = options;
  const granted = once(() => grantedTo(options));
  return NEEDS.map((need) => ({
    name: need.name,
    async run() {
      const found = await granted();
      if (found === null)
        return skipped(
          'As whom the function runs is not known before it is deployed.',
          `npx firebase deploy --only functions --project ${projectId}`,
        );
      return judge(policies, found, need, grantCommand(found.email, need.right, projectId));
    },
  }));
}

async function grantedTo({ policies, account, functionState }: AccountChecksOptions): Promise<Granted | null> {
  const email = account ?? textAt(await functionState(), 'serviceConfig.serviceAccountEmail');
  if (email === '') return null;
  const [own, project] = await Promise.all([policies.ofAccount(email), policies.ofProject(email)]);
  return { email, own, project };
}

async function judge(policies: AccountPolicies, found: Granted, need: Need, command: string): Promise<Finding> {
  const { email, own, project } = found;
  const grants = [...(own ?? []), ...(project ?? [])];
  const answers = await Promise.all(grants.map(({ role }) => policies.gives(role, need.right)));
  const giving = grants.filter((_grant: Grant, index) => answers[index] === true);
  if (giving.some(({ conditional }) => !conditional)) return ok(`${email} may ${need.may}.`);
  if (giving.length > 0)
    return warning(`${email} may ${need.may} under a condition only.`, `Make sure that it holds, or run: ${command}`);
  if (own === null || project === null || answers.includes(null))
    return warning(
      `Whether ${email} may ${need.may} can't be seen in full with your account.`,
      `Ask an owner of the project, or make sure with: ${command}`,
    );
  return failed(`${email} may not ${need.may}: ${need.otherwise}.`, command);
}

function grantCommand(email: string, { role }: Right, projectId: string): string {
  const member = `--member=serviceAccount:${email} --role=${role}`;
  return `gcloud iam service-accounts add-iam-policy-binding ${email} ${member} --project=${projectId}`;
}
