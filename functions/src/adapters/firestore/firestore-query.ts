import { toProtoTimestamp, toProtoValue } from './values.js';

/** All of these must hold. */
export interface Query {
  /** Path of the collection, `orgs/abc/users`. */
  readonly collection: string;
  readonly where?: Readonly<Record<string, string | null>>;
  readonly until?: TimeRange;
  readonly limit: number;
  /** Ids alone are wanted. */
  readonly idsOnly?: boolean;
}

/** Documents whose time has come, the longest overdue first. One whose field is null is not among them. */
export interface TimeRange {
  readonly field: string;
  /** The latest time that counts. */
  readonly time: Date;
  /** Where the page before ended. */
  readonly after?: { readonly time: Date; readonly id: string } | undefined;
}

/** @param documents the name under which the database keeps its documents */
export function toProtoQuery(documents: string, { collection, where = {}, until, limit, idsOnly = false }: Query) {
  const slash = collection.lastIndexOf('/');
  const parent = slash < 0 ? documents : `${documents}/${collection.slice(0, slash)}`;
  const filters = [...Object.entries(where).map(toProtoFilter), ...(until === undefined ? [] : [toProtoLimit(until)])];
  const structuredQuery = {
    from: [{ collectionId: collection.slice(slash + 1) }],
    where: { compositeFilter: { op: 'AND' as const, filters } },
    limit: { value: limit },
    ...(until === undefined ? {} : toProtoOrder(`${documents}/${collection}`, until)),
    ...(idsOnly ? { select: { fields: [{ fieldPath: '__name__' }] } } : {}),
  };
  return { parent, structuredQuery };
}

function toProtoFilter([fieldPath, value]: [string, string | null]) {
  if (value === null) return { unaryFilter: { field: { fieldPath }, op: 'IS_NULL' as const } };
  return { fieldFilter: { field: { fieldPath }, op: 'EQUAL' as const, value: toProtoValue(value) } };
}

function toProtoLimit({ field: fieldPath, time }: TimeRange) {
  return { fieldFilter: { field: { fieldPath }, op: 'LESS_THAN_OR_EQUAL' as const, value: toProtoValue(time) } };
}

/** By id as well, so that a page can end between two of the same time. */
function toProtoOrder(collection: string, { field, after }: TimeRange) {
  const orderBy = [field, '__name__'].map((fieldPath) => ({ field: { fieldPath }, direction: 'ASCENDING' as const }));
  if (after === undefined) return { orderBy };
  const values = [{ timestampValue: toProtoTimestamp(after.time) }, { referenceValue: `${collection}/${after.id}` }];
  return { orderBy, startAt: { values, before: false } };
}
