import { accountChecks } from './account-checks.js';
import { AccountPolicies } from './account-policies.js';
import { apiKeyCheck } from './api-key-check.js';
import { type Check, skipped } from './check.js';
import { clockCheck } from './clock-check.js';
import { sendGridCheck, twilioCheck } from './delivery-checks.js';
import type { DoctorTarget } from './doctor-target.js';
import { functionCheck, functionState } from './function-state.js';
import { GoogleApi } from './google-api.js';
import { enumerationCheck, multiTenancyCheck, tenantsCheck } from './identity-checks.js';
import { IdentityState } from './identity-state.js';
import { indexesCheck, ttlCheck } from './index-checks.js';
import { IndexState } from './index-state.js';
import { reportsCheck } from './report-checks.js';
import { rulesCheck } from './rules-check.js';
import { secretChecks } from './secret-checks.js';

/** Everything that there is to check. Each list is for one run: its checks share what they ask. */
export function deploymentChecks(target: DoctorTarget): readonly Check[] {
  const { projectId, region, clock, expected, functionServiceAccount: account } = target;
  const inEmulator = target.emulators !== null;
  const api = new GoogleApi(target);
  const state = new IdentityState(api, projectId, inEmulator);
  const indexes = new IndexState(api, projectId);
  const deployed = functionState(api, projectId, region);
  const policies = new AccountPolicies(api, projectId);
  const remote = (reason: string, check: Check) => (inEmulator ? without(check, reason) : check);
  return [
    remote('The Auth emulator always has tenants.', multiTenancyCheck(state, projectId)),
    remote('The Auth emulator does not keep this setting of a tenant.', enumerationCheck(state, target)),
    tenantsCheck(state, target),
    remote('The Firestore emulator reads firestore.rules itself.', rulesCheck(api, projectId, expected.rules)),
    remote('The Firestore emulator needs no indexes.', indexesCheck(indexes, projectId, expected.indexes)),
    remote('The Firestore emulator never deletes what expires.', ttlCheck(indexes, projectId, expected.indexes)),
    ...secretChecks(target),
    apiKeyCheck(api, state, target),
    remote('The local stack deploys nothing.', functionCheck(deployed, projectId, region)),
    ...accountChecks({ policies, projectId, account, functionState: deployed }).map((check) =>
      remote('The emulators ask for no roles.', check),
    ),
    twilioCheck(target),
    sendGridCheck(target),
    remote('Nobody reports to a local stack.', reportsCheck(target)),
    remote('The local stack has the clock of this machine.', clockCheck(api, clock)),
  ];
}

function without({ name }: Check, reason: string): Check {
  return { name, run: async () => skipped(reason) };
}
