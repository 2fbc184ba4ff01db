import { EMULATOR_OWNER, type FirestoreAccess, type FirestoreClients } from './firestore-access.js';

type CommitRequest = NonNullable<Parameters<FirestoreClients['raw']['commit']>[0]>;
type Write = NonNullable<CommitRequest['writes']>[number];

/** One field and what is done to it; the new value is answered. */
export type CounterChange =
  | { readonly field: string; readonly add: number }
  | { readonly field: string; readonly atLeast: number };

export interface CounterWrite {
  /** Document path, `limits/abc`. */
  readonly path: string;
  readonly changes: readonly CounterChange[];
  /** Only if the document exists; otherwise it is made, with this field set. */
  readonly mode: 'existing' | { readonly upsertWith: { readonly field: string; readonly at: Date } };
}

/**
 * Changes counters in one atomic commit and answers what they came to, per write and change. The SDK hides these results
 * (its `WriteResult` has the time only), and reading afterwards would give two requests the same number.
 * @throws UnavailableError, or NOT_FOUND for a missing `existing` document.
 */
export async function commitCounters(
  access: FirestoreAccess,
  operation: string,
  writes: readonly CounterWrite[],
): Promise<number[][]> {
  const database = `projects/${access.options.projectId}/databases/(default)`;
  const request = { database, writes: writes.map((write) => toProto(access, write)) };
  return access.run(operation, { writes: writes.length }, async ({ raw }) => {
    const headers = access.options.emulatorHost === undefined ? {} : EMULATOR_OWNER;
    // Repeating an increment whose answer was lost would count twice: one attempt, the caller's deadline bounds it.
    const [response] = await raw.commit(request, { otherArgs: { headers }, retry: null });
    return (response.writeResults ?? []).map((result) => (result.transformResults ?? []).map(toNumber));
  });
}

function toProto(access: FirestoreAccess, { path, changes, mode }: CounterWrite): Write {
  const name = access.documentName(path);
  const updateTransforms = changes.map((change) => {
    if ('add' in change) return { fieldPath: change.field, increment: { integerValue: change.add } };
    return { fieldPath: change.field, maximum: { integerValue: change.atLeast } };
  });
  if (mode === 'existing') {
    return { update: { name }, updateMask: { fieldPaths: [] }, updateTransforms, currentDocument: { exists: true } };
  }
  const { field, at } = mode.upsertWith;
  const timestampValue = { seconds: Math.floor(at.getTime() / 1_000), nanos: 0 };
  return {
    update: { name, fields: { [field]: { timestampValue } } },
    updateMask: { fieldPaths: [field] },
    updateTransforms,
  };
}

function toNumber(value: { integerValue?: unknown }): number {
  return Number(value.integerValue ?? 0);
}
