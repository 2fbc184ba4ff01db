import { type Fields, type ProtoTimestamp, toProtoFields } from './values.js';

/** What must hold of the document for the write, and the whole commit, to happen. */
export type Precondition = { readonly exists: boolean } | { readonly version: string };

/** A counter is added to, or raised; the commit answers what it came to. */
export type CounterChange =
  | { readonly field: string; readonly add: number }
  | { readonly field: string; readonly atLeast: number };

interface Change {
  readonly path: string;
  /** Fields that are set. Others stay as they are, except with `replace`. */
  readonly fields?: Fields;
  /** Whether fields that are not named are removed. */
  readonly replace?: boolean;
  readonly counters?: readonly CounterChange[];
  /** Fields that are removed with all that stands below them; a dot leads into a map. */
  readonly removed?: readonly string[];
  readonly when?: Precondition;
}

interface Deletion {
  readonly delete: string;
  readonly when?: Precondition;
}

/** One document of a commit. */
export type Write = Change | Deletion;

/** The document must not be there yet. */
export function create(path: string, fields: Fields): Write {
  return { path, fields, replace: true, when: { exists: false } };
}

/** The document must be there; other fields stay. */
export function update(path: string, fields: Fields): Write {
  return { path, fields, when: { exists: true } };
}

export function isDeletion(write: Write): write is Deletion {
  return 'delete' in write;
}

/** @param documents the name under which the database keeps its documents */
export function toProtoWrite(documents: string, write: Write) {
  const currentDocument = write.when === undefined ? {} : { currentDocument: toProtoPrecondition(write.when) };
  if (isDeletion(write)) return { delete: `${documents}/${write.delete}`, ...currentDocument };
  const { path, fields = {}, replace = false, counters = [], removed = [] } = write;
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  return {
    update: { name: `${documents}/${path}`, fields: toProtoFields(fields) },
    ...(replace ? {} : { updateMask: { fieldPaths: [...names, ...removed] } }),
    updateTransforms: counters.map(toProtoTransform),
    ...currentDocument,
  };
}

/** A document's version is its last update as text; it changes with every write. */
export function toVersion({ seconds, nanos }: ProtoTimestamp): string {
  return `${String(seconds ?? 0)}.${nanos ?? 0}`;
}

function toProtoPrecondition(when: Precondition) {
  if ('exists' in when) return { exists: when.exists };
  const [seconds, nanos] = when.version.split('.').map(Number);
  return { updateTime: { seconds: seconds ?? 0, nanos: nanos ?? 0 } };
}

function toProtoTransform(change: CounterChange) {
  if ('add' in change) return { fieldPath: change.field, increment: { integerValue: change.add } };
  return { fieldPath: change.field, maximum: { integerValue: change.atLeast } };
}
