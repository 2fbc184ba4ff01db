import type { Json } from './json.js';

interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly ttl?: boolean;
  readonly indexes: readonly { readonly order: string; readonly queryScope: string }[];
}

export const RULES = `service cloud.firestore {
  match /databases/{database}/documents {
    match /{document=**} { allow read, write: if false; }
  }
}
`;
const exempt = (collectionGroup: string) => ({ collectionGroup, fieldPath: '*', indexes: [] });
const expiring = (collectionGroup: string) => ({ collectionGroup, fieldPath: 'purgeAt', ttl: true, indexes: [] });
const indexed = (collectionGroup: string, fieldPath: string) => {
  return { collectionGroup, fieldPath, indexes: [{ order: 'ASCENDING', queryScope: 'COLLECTION' }] };
};
const OVERRIDES: readonly FieldOverride[] = [
  ...['challenges', 'sessions', 'users'].map(exempt),
  ...['challenges', 'claims', 'sessions'].map(expiring),
  ...[indexed('sessions', 'owner'), indexed('users', 'email'), indexed('users', 'phone_number')],
];
/** What firestore.indexes.json is made of, whatever it holds today. */
export const INDEXES = JSON.stringify({ indexes: [], fieldOverrides: OVERRIDES });

/** These fields, deployed. */
export function deployedFields(): { name: string; indexConfig: Json; ttlConfig?: Json }[] {
  return OVERRIDES.map(({ collectionGroup, fieldPath, ttl, indexes }) => ({
    name: `projects/p/databases/(default)/collectionGroups/${collectionGroup}/fields/${fieldPath}`,
    indexConfig: {
      indexes: indexes.map(({ order, queryScope }) => ({ queryScope, fields: [{ fieldPath, order }], state: 'READY' })),
    },
    ...(ttl ? { ttlConfig: { state: 'ACTIVE' } } : {}),
  }));
}
