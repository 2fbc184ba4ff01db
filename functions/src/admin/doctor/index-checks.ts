import { type Check, type Finding, failed, ok, warning } from './check.js';
import { type ExpectedField, expectedIndexes } from './expected-indexes.js';
import type { DeployedField, IndexState } from './index-state.js';
import { listed } from './listed.js';

type Standing = 'good' | 'building' | 'broken' | 'missing';

const WAIT = 'Wait: it takes minutes, with much data hours.';
const STANDINGS: Readonly<Record<string, Standing>> = { ACTIVE: 'good', READY: 'good', CREATING: 'building' };

export function indexesCheck(state: IndexState, projectId: string, expected: string): Check {
  return {
    name: 'indexes',
    async run() {
      const { fields, composites } = expectedIndexes(expected);
      const deployed = await state.fields();
      const there: ReadonlyMap<string, string> = composites.length === 0 ? new Map() : await state.composites();
      const standings = new Map([
        ...fields.map((field) => [field.name, indexStanding(field, deployed)] as const),
        ...composites.map((name) => [name, standingOf(there.get(name))] as const),
      ]);
      return judge('index settings', standings, deployCommand(projectId));
    },
  };
}

/** What has expired and is never deleted costs money and keeps personal data. */
export function ttlCheck(state: IndexState, projectId: string, expected: string): Check {
  return {
    name: 'TTL policies',
    async run() {
      const wanted = expectedIndexes(expected).fields.filter(({ ttl }) => ttl);
      const deployed = await state.fields();
      const standings = wanted.map(({ name }) => [name, standingOf(deployed.get(name)?.ttl || undefined)] as const);
      return judge('TTL policies', new Map(standings), deployCommand(projectId));
    },
  };
}

function indexStanding(field: ExpectedField, deployed: ReadonlyMap<string, DeployedField>): Standing {
  const own = deployed.get(field.name);
  const found = own === undefined || own.inherits ? deployed.get(`${field.collection}.*`) : own;
  if (found === undefined || found.indexes.join() !== field.indexes.join()) return 'missing';
  const standings = found.states.map(standingOf);
  return (['broken', 'building'] as const).find((worst) => standings.includes(worst)) ?? 'good';
}

function standingOf(state: string | undefined): Standing {
  return state === undefined ? 'missing' : (STANDINGS[state] ?? 'broken');
}

function judge(what: string, standings: ReadonlyMap<string, Standing>, deploy: string): Finding {
  const names = (standing: Standing) => [...standings].filter(([, its]) => its === standing).map(([name]) => name);
  const [missing, broken, building] = [names('missing'), names('broken'), names('building')];
  if (missing.length > 0)
    return failed(`Of ${standings.size} ${what}, missing or different: ${listed(missing)}.`, deploy);
  if (broken.length > 0)
    return failed(`Firestore could not finish ${what}: ${listed(broken)}.`, `Deploy them again: ${deploy}`);
  if (building.length > 0) return warning(`Firestore is still working on ${what}: ${listed(building)}.`, WAIT);
  return ok(`All ${what} (${standings.size}) are as firestore.indexes.json has them.`);
}

function deployCommand(projectId: string): string {
  return `npx firebase deploy --only firestore:indexes --project ${projectId}`;
}
