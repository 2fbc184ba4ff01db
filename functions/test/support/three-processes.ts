import type { TestOrg } from './api-client.js';
import { startEmulatorApp, type TestApp } from './describe-app.js';
import { times } from './describe-contract.js';
import { FirestoreProbe } from './firestore-probe.js';
import { type ServedApp, startServedApp } from './served-app.js';

/** The built function in three processes on one port, there from `before` on. */
export interface ThreeProcesses {
  readonly served: ServedApp;
  readonly org: TestOrg;
  readonly probe: FirestoreProbe;
}

/** To be called in a `describe`. */
export function threeProcesses(): () => ThreeProcesses {
  let app: TestApp | undefined;
  let served: ServedApp | undefined;
  let org: TestOrg | undefined;
  let probe: FirestoreProbe | undefined;
  before(async () => {
    app = await startEmulatorApp();
    const started = await startServedApp(3);
    served = started;
    const provisioned = await app.provision();
    org = provisioned;
    probe = new FirestoreProbe();
    // Each process verifies the credential once; the races are not about that.
    await Promise.all(times(30, () => started.api.post(provisioned, '/partner/auth/introspect', { token: '' })));
  });
  after(async () => {
    // One that did not start must not keep the run from ending.
    await Promise.all([served?.served.stop(), probe?.close(), app?.close()]);
  });
  return () => {
    if (served === undefined || org === undefined || probe === undefined) throw new Error('they start in `before`');
    return { served, org, probe };
  };
}
