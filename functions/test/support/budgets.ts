import { expect } from 'chai';
import { type ComposedServices, composeServices } from '../../src/compose-services.js';
import { readConfig } from '../../src/config/config.js';
import type { Secrets } from '../../src/config/secrets.js';
import { DEFAULT_MAIN_APP } from '../../src/orgs/main-app.js';
import type { Ports } from '../../src/ports.js';
import { RecordedBackgroundWork, type Recording } from './backend-recorder.js';
import type { TestApp } from './describe-app.js';
import { testStack } from './global-stack.js';

/** hops, reads, writes, deletes; and writes that the answer does not wait for */
export type Budget = readonly [hops: number, reads: number, writes: number, deletes: number, behind: number];

/** Runs an operation and checks what it has cost. */
export async function measure(
  app: TestApp,
  services: ComposedServices,
  prepare: () => Promise<() => Promise<unknown>>,
  [hops, reads, writes, deletes, behind]: Budget,
): Promise<Recording> {
  const recording = await recordWithin(hops, app, services, prepare);
  expect(recording.calls, 'nothing was recorded').not.to.deep.equal([]);
  const { calls } = recording;
  expect(recording.hops, `hops: ${calls}`).to.be.at.most(hops);
  expect(recording.reads, `reads: ${calls}`).to.be.at.most(reads);
  expect(recording.writes, `writes: ${calls}`).to.be.at.most(writes);
  expect(recording.deletes, `deletes: ${calls}`).to.be.at.most(deletes);
  expect(recording.behind.writes, 'writes behind the answer').to.be.at.most(behind);
  expect(recording.behind.deletes, 'deletes behind the answer').to.equal(0);
  return recording;
}

/** How much longer calls take, from record to record. */
const SLOWER = [1, 5, 20];

/**
 * Calls beside each other can seem to be one after the other, never the other way round: on a busy machine, what took too
 * many hops is recorded anew, with calls that take longer than whatever else the machine does.
 */
async function recordWithin(
  hops: number,
  app: TestApp,
  services: ComposedServices,
  prepare: () => Promise<() => Promise<unknown>>,
  [slower = 1, ...others]: readonly number[] = SLOWER,
): Promise<Recording> {
  const run = await prepare();
  const { recording } = await app.backends.record(run, slower);
  await services.background.idle();
  return recording.hops <= hops || others.length === 0 ? recording : recordWithin(hops, app, services, prepare, others);
}

/** Prints what was measured beside what is allowed, and the calls of each operation. */
export function print(measured: ReadonlyMap<string, readonly [Recording, Budget]>): void {
  console.table(Object.fromEntries([...measured].map(([name, one]) => [name, rowOf(...one)])));
  for (const [name, [{ calls, behind }]] of measured)
    console.log(
      `${name}: ${calls.join(', ')}${behind.calls.length > 0 ? `; behind it ${behind.calls.join(', ')}` : ''}`,
    );
}

function rowOf({ hops, reads, writes, deletes, behind }: Recording, budget: Budget): object {
  const [maxHops, maxReads, maxWrites, maxDeletes, maxBehind] = budget;
  const of = (value: number, most: number) => `${value}/${most}`;
  const documents = { reads: of(reads, maxReads), writes: of(writes, maxWrites), deletes: of(deletes, maxDeletes) };
  return { hops: of(hops, maxHops), ...documents, 'writes behind': of(behind.writes, maxBehind) };
}

/** In production the signature is a call to IAM; locally it costs nothing. */
export function withIamSigning(app: TestApp): ComposedServices {
  const { ports, backends } = app;
  const sign: Ports['signer']['sign'] = (...parts) =>
    backends.observe({ backend: 'iam', operation: 'signBlob', cost: {} }, () => ports.signer.sign(...parts));
  return recordedServices({ ...ports, signer: { sign } }, readConfig(testStack().env).secrets, app);
}

/** Services of which the recorder knows what runs behind the answer. */
export function recordedServices(ports: Ports, secrets: Secrets, { clock, backends }: TestApp): ComposedServices {
  return composeServices(ports, {
    secrets,
    mainApp: DEFAULT_MAIN_APP,
    clock,
    background: new RecordedBackgroundWork(backends),
  });
}
