import { FindingError, failed } from './check.js';
import { isTrueAt, type Json, objectsAt, textAt } from './json.js';

export interface ExpectedField {
  /** `users.email`. */
  readonly name: string;
  readonly collection: string;
  readonly ttl: boolean;
  /** Sorted. */
  readonly indexes: readonly string[];
}

export interface ExpectedIndexes {
  readonly fields: readonly ExpectedField[];
  /** Each as `describeComposite` has it. */
  readonly composites: readonly string[];
}

/** Reads firestore.indexes.json. @throws FindingError when it can't be read */
export function expectedIndexes(text: string): ExpectedIndexes {
  const json = parsed(text);
  return {
    fields: objectsAt(json, 'fieldOverrides').map((field) => ({
      name: `${textAt(field, 'collectionGroup')}.${textAt(field, 'fieldPath')}`,
      collection: textAt(field, 'collectionGroup'),
      ttl: isTrueAt(field, 'ttl'),
      indexes: objectsAt(field, 'indexes')
        .map((index) => describeIndex(index, index))
        .sort(),
    })),
    composites: objectsAt(json, 'indexes').map((index) => describeComposite(textAt(index, 'collectionGroup'), index)),
  };
}

/** Of one field: order or array, and scope. In Firestore's answer the order stands in the index's only field. */
export function describeIndex(mode: Json, index: Json): string {
  return `${textAt(mode, 'order') || textAt(mode, 'arrayConfig')} ${textAt(index, 'queryScope')}`;
}

/** Firestore adds `__name__` to the end by itself. */
export function describeComposite(collection: string, index: Json): string {
  const fields = objectsAt(index, 'fields').filter((field) => textAt(field, 'fieldPath') !== '__name__');
  const parts = fields.map((field) => `${textAt(field, 'fieldPath')} ${describeMode(field)}`);
  return `${collection} (${parts.join(', ')}) ${textAt(index, 'queryScope')}`;
}

function describeMode(field: Json): string {
  return textAt(field, 'order') || textAt(field, 'arrayConfig') || 'VECTOR';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FindingError(failed('firestore.indexes.json is not JSON.', 'Restore it from the repository.'));
  }
}
