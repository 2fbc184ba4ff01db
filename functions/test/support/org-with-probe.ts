import type { OrgSettings } from '../../src/orgs/org-settings.js';
import type { TestOrg } from './api-client.js';
import type { TestApp } from './describe-app.js';
import { FirestoreProbe } from './firestore-probe.js';

export interface OrgWithProbe {
  org(): TestOrg;
  probe(): FirestoreProbe;
}

/** An org of a suite on the emulators, and a look at what is stored; there from `before` on. To be called in a `describe`. */
export function orgWithProbe(app: () => TestApp, name?: string, settings?: Partial<OrgSettings>): OrgWithProbe {
  let org: TestOrg | undefined;
  let probe: FirestoreProbe | undefined;
  before(async () => {
    probe = new FirestoreProbe();
    org = await app().provision(name, settings);
  });
  after(() => probe?.close());
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('it is made in `before`: ask for it in a test');
    return one;
  };
  return { org: () => there(org), probe: () => there(probe) };
}
