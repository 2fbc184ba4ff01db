/** A value as the Firestore API carries it. */
export interface ProtoValue {
  nullValue?: 'NULL_VALUE' | null;
  booleanValue?: boolean | null;
  integerValue?: number | string | null;
  doubleValue?: number | null;
  stringValue?: string | null;
  timestampValue?: ProtoTimestamp | null;
  arrayValue?: { values?: ProtoValue[] | null } | null;
  mapValue?: { fields?: ProtoFields | null } | null;
  /** Which of the members is meant; set in answers. */
  valueType?: string;
}

export interface ProtoTimestamp {
  seconds?: number | string | null;
  nanos?: number | null;
}

export type ProtoFields = Record<string, ProtoValue>;
/** The fields of a document in our own types: text, numbers, booleans, null, dates, lists and maps of them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Stands for a value of a type that no document of ours holds: a reference, a point, bytes. No rule accepts it. */
export const UNREADABLE = Symbol('unreadable');

const NANOS_PER_MS = 1_000_000;
const MS_PER_SECOND = 1_000;

/** Members that are undefined are left out. @throws TypeError for a type that no document of ours holds */
export function toProtoFields(fields: Fields): ProtoFields {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, toProtoValue(value)]));
}

export function toProtoValue(value: unknown): ProtoValue {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { integerValue: value } : { doubleValue: value };
  if (value instanceof Date) return { timestampValue: toProtoTimestamp(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toProtoValue) } };
  if (typeof value === 'object') return { mapValue: { fields: toProtoFields(value as Fields) } };
  throw new TypeError(`a document can't hold a ${typeof value}`);
}

export function fromProtoFields(fields: ProtoFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fromProtoValue(value)]));
}

const READERS: Readonly<Record<string, (value: ProtoValue) => unknown>> = {
  nullValue: () => null,
  booleanValue: ({ booleanValue }) => booleanValue,
  integerValue: ({ integerValue }) => Number(integerValue),
  doubleValue: ({ doubleValue }) => doubleValue,
  stringValue: ({ stringValue }) => stringValue,
  timestampValue: ({ timestampValue }) => fromProtoTimestamp(timestampValue ?? {}),
  arrayValue: ({ arrayValue }) => (arrayValue?.values ?? []).map(fromProtoValue),
  mapValue: ({ mapValue }) => fromProtoFields(mapValue?.fields ?? {}),
};

/** Types that only a console user could have put there come out as `UNREADABLE`: undefined would say that nothing is there. */
export function fromProtoValue(value: ProtoValue): unknown {
  const read = READERS[value.valueType ?? ''];
  return read === undefined ? UNREADABLE : read(value);
}

export function toProtoTimestamp(date: Date): { seconds: number; nanos: number } {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / MS_PER_SECOND);
  return { seconds, nanos: (milliseconds - seconds * MS_PER_SECOND) * NANOS_PER_MS };
}

function fromProtoTimestamp({ seconds, nanos }: ProtoTimestamp): Date {
  return new Date(Number(seconds ?? 0) * MS_PER_SECOND + Math.floor((nanos ?? 0) / NANOS_PER_MS));
}
