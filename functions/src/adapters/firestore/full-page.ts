import type { StoredDocument } from './firestore-access.js';

/**
 * A page of what can be made of documents. What is spoilt is passed over by reading on: a short page means the end, and
 * nothing behind a spoilt document may get lost by it.
 */
export async function fullPage<T>(
  limit: number,
  read: (after: StoredDocument | undefined) => Promise<readonly StoredDocument[]>,
  parse: (document: StoredDocument) => T | null,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let documents = await read(undefined); ; documents = await read(documents.at(-1))) {
    found.push(...documents.map(parse).filter((one) => one !== null));
    if (found.length >= limit || documents.length < limit) return found.slice(0, limit);
  }
}
