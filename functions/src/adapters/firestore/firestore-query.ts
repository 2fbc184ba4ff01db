import { toProtoTimestamp, toProtoValue } from './values.js';

/** All of these must hold. At most one of `until`, `page` and `newestBy` says in which order. */
export interface Query {
  /** Path of the collection, `orgs/abc/users`. */
  readonly collection: string;
  /** Collections of this name below any document; `collection` is then a name alone. */
  readonly everywhere?: boolean;
  readonly where?: Readonly<Record<string, string | null>>;
  readonly until?: TimeRange;
  /** By id, from after this one. */
  readonly page?: { readonly after: string | undefined };
  /** A field with a time, the latest first. */
  readonly newestBy?: string;
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
export function toProtoQuery(documents: string, query: Query) {
  const { collection, everywhere = false, where = {}, until, limit, idsOnly = false } = query;
  const slash = collection.lastIndexOf('/');
  const parent = slash < 0 ? documents : `${documents}/${collection.slice(0, slash)}`;
  const filters = [...Object.entries(where).map(toProtoFilter), ...(until === undefined ? [] : [toProtoLimit(until)])];
  const structuredQuery = {
    from: [{ collectionId: collection.slice(slash + 1), allDescendants: everywhere }],
    ...(filters.length === 0 ? {} : { where: { compositeFilter: { op: 'AND' as const, filters } } }),
    limit: { value: limit },
    ...toProtoOrder(`${documents}/${collection}`, query),
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

function toProtoOrder(collection: string, { until, page, newestBy }: Query) {
  if (newestBy !== undefined)
    return { orderBy: [{ field: { fieldPath: newestBy }, direction: 'DESCENDING' as const }] };
  const reference = (id: string) => ({ referenceValue: `${collection}/${id}` });
  if (page !== undefined) {
    const startAt = page.after === undefined ? {} : { startAt: { values: [reference(page.after)], before: false } };
    return { orderBy: ascending('__name__'), ...startAt };
  }
  if (until === undefined) return {};
  // By id as well, so that a page can end between two of the same time.
  const orderBy = ascending(until.field, '__name__');
  if (until.after === undefined) return { orderBy };
  const values = [{ timestampValue: toProtoTimestamp(until.after.time) }, reference(until.after.id)];
  return { orderBy, startAt: { values, before: false } };
}

function ascending(...fields: readonly string[]) {
  return fields.map((fieldPath) => ({ field: { fieldPath }, direction: 'ASCENDING' as const }));
}
