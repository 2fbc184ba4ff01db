import firestoreModule from '@google-cloud/firestore';
import { expect } from 'chai';

const { Firestore, GeoPoint } = firestoreModule as unknown as typeof import('@google-cloud/firestore');

/** All that somebody can make of a field in the console. */
const ALL: Readonly<Record<string, unknown>> = {
  missing: undefined,
  null: null,
  text: 'a/b',
  number: 7,
  map: { any: 'thing' },
  list: [{ any: ['thing'] }],
  reference: new Firestore({ projectId: 'demo-gatehouse' }).doc('orgs/any'),
  point: new GeoPoint(1, 2),
  bytes: Buffer.from('bytes'),
};

const FEW = ['missing', 'null', 'text', 'map', 'reference'];

/** One of each sort; all of them in the heavy runs. */
export const SHAPES: Readonly<Record<string, unknown>> =
  process.env['GATEHOUSE_HEAVY'] === '1' ? ALL : Object.fromEntries(FEW.map((shape) => [shape, ALL[shape]]));

/** Fields of what is in force. */
export const inForce = (...fields: readonly string[]): string[] => fields.map((field) => `inForce.${field}`);

/** For each shape of the field, at once. The failure tells which one it was. */
export async function eachShape(
  field: string,
  test: (fields: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const tests = Object.entries(SHAPES).map(async ([shape, value]) => {
    try {
      await test({ [field]: value });
    } catch (error) {
      throw new Error(`${field} is ${shape}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  });
  for (const result of await Promise.allSettled(tests)) if (result.status === 'rejected') throw result.reason;
}

/** Once more does nothing, or each write would wake the trigger that made it. */
export async function settlesOnce(
  settle: () => Promise<void>,
  read: () => Promise<{ readonly version: string } | null>,
): Promise<void> {
  await settle();
  const settled = await read();
  await settle();
  expect(await read(), 'settling again wrote something').to.deep.equal(settled);
}
