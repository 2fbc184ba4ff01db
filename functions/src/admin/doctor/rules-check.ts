import { type Check, FindingError, failed, ok } from './check.js';
import type { GoogleApi } from './google-api.js';
import { notAsDocumented, objectsAt, textAt } from './json.js';

const ROLE = 'roles/firebaserules.viewer';

/** https://firebase.google.com/docs/reference/rules/rest/v1/projects.releases/get and …/projects.rulesets/get */
export function rulesCheck(api: GoogleApi, projectId: string, expected: string): Check {
  const deploy = `npx firebase deploy --only firestore:rules --project ${projectId}`;
  return {
    name: 'security rules',
    async run() {
      const files = await deployedFiles(api, projectId, deploy);
      if (files.length === 1 && squeezed(files[0] ?? '') === squeezed(expected))
        return ok('The deployed rules are those of firestore.rules.');
      return failed('The deployed rules are not those of firestore.rules.', deploy);
    },
  };
}

async function deployedFiles(api: GoogleApi, projectId: string, deploy: string): Promise<readonly string[]> {
  const release = await api.ask({
    api: 'firebaserules',
    path: `v1/projects/${projectId}/releases/cloud.firestore`,
    need: { permission: 'firebaserules.releases.get', role: ROLE },
  });
  if (release === null) throw new FindingError(failed('No rules are deployed.', deploy));
  const name = textAt(release, 'rulesetName');
  if (!/^projects\/[^/]+\/rulesets\/[\w-]+$/.test(name)) throw notAsDocumented();
  const need = { permission: 'firebaserules.rulesets.get', role: ROLE };
  const ruleset = await api.ask({ api: 'firebaserules', path: `v1/${name}`, need });
  if (ruleset === null) throw new FindingError(failed('The deployed rules are gone.', deploy));
  return objectsAt(ruleset, 'source.files').map((file) => textAt(file, 'content'));
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
