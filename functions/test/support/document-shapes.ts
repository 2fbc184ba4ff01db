import firestoreModule from '@google-cloud/firestore';
import { expect } from 'chai';
import { dose } from './dose.js';

const { Firestore, GeoPoint } = firestoreModule as unknown as typeof import('@google-cloud/firestore');

/** All that somebody can make of a field in the console. */
export const SHAPES: Readonly<Record<string, unknown>> = {
  missing: undefined,
  reference: new Firestore({ projectId: 'demo-gatehouse' }).doc('orgs/any'),
  null: null,
  text: 'a/b',
  number: 7,
  map: { any: 'thing' },
  list: [{ any: ['thing'] }],
  point: new GeoPoint(1, 2),
  bytes: Buffer.from('bytes'),
};

/** Every field is tried without a value and with one that nobody reads. */
const ALWAYS = 2;

/** And with one of the other shapes, another one from field to field; with all of them in the heavy runs. */
export function shapesOf(field: string): [shape: string, value: unknown][] {
  const shapes = Object.entries(SHAPES);
  const others = shapes.slice(ALWAYS);
  const turn = [...field].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % others.length;
  return dose([...shapes.slice(0, ALWAYS), ...others.slice(turn, turn + 1)], shapes);
}

/** Fields of what is in force. */
export const inForce = (...fields: readonly string[]): string[] => fields.map((field) => `inForce.${field}`);

/** For each shape of the field, at once. The failure tells which one it was. */
export async function eachShape(
  field: string,
  test: (fields: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const tests = shapesOf(field).map(async ([shape, value]) => {
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
