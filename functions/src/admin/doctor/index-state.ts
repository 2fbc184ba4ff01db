import { FindingError, failed } from './check.js';
import { describeComposite, describeIndex } from './expected-indexes.js';
import type { GoogleApi } from './google-api.js';
import { isTrueAt, type Json, objectsAt, textAt } from './json.js';
import { once } from './once.js';

const NEED = { permission: 'datastore.indexes.list', role: 'roles/datastore.viewer' };

/** An index or several, and how far they are: READY, CREATING or NEEDS_REPAIR. */
export interface DeployedField {
  /** Whether its indexes are those of its collection. */
  readonly inherits: boolean;
  readonly indexes: readonly string[];
  readonly states: readonly string[];
  /** ACTIVE, CREATING or NEEDS_REPAIR; empty without a TTL policy. */
  readonly ttl: string;
}

/** What several checks ask Firestore, asked once. */
export class IndexState {
  /** Fields with settings of their own, by `collection.field`. */
  readonly fields = once(() => this.readFields());
  /** The state of each composite index. */
  readonly composites = once(() => this.readComposites());

  constructor(
    private readonly api: GoogleApi,
    private readonly projectId: string,
  ) {}

  /** https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases.collectionGroups.fields/list */
  private async readFields(): Promise<ReadonlyMap<string, DeployedField>> {
    // As `firebase deploy` asks: both of the filters that there are.
    const query = { filter: 'indexConfig.usesAncestorConfig=false OR ttlConfig:*' };
    const fields = await this.list('fields', query);
    return new Map(fields.map((field) => [nameOf(field), deployedField(field)]));
  }

  private async readComposites(): Promise<ReadonlyMap<string, string>> {
    const indexes = await this.list('indexes', {});
    return new Map(indexes.map((index) => [describeComposite(collectionOf(index), index), textAt(index, 'state')]));
  }

  private async list(what: 'fields' | 'indexes', query: Readonly<Record<string, string>>): Promise<readonly Json[]> {
    const path = `v1/projects/${this.projectId}/databases/(default)/collectionGroups/-/${what}`;
    const found = await this.api.list({ api: 'firestore', path, query, need: NEED }, what);
    if (found !== null) return found;
    const page = `https://console.firebase.google.com/project/${this.projectId}/firestore`;
    throw new FindingError(failed('The project has no Firestore database "(default)".', `Create it: ${page}`));
  }
}

function collectionOf(resource: Json): string {
  return /\/collectionGroups\/([^/]+)\//.exec(textAt(resource, 'name'))?.[1] ?? '';
}

function nameOf(field: Json): string {
  const path = /\/fields\/(.+)$/.exec(textAt(field, 'name'))?.[1] ?? '';
  return `${collectionOf(field)}.${path}`;
}

function deployedField(field: Json): DeployedField {
  const indexes = objectsAt(field, 'indexConfig.indexes');
  return {
    inherits: isTrueAt(field, 'indexConfig.usesAncestorConfig'),
    indexes: indexes.map((index) => describeIndex(objectsAt(index, 'fields')[0] ?? {}, index)).sort(),
    states: indexes.map((index) => textAt(index, 'state')),
    ttl: field['ttlConfig'] === undefined ? '' : textAt(field, 'ttlConfig.state'),
  };
}
