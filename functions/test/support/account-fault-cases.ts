import type { BackendName, Prepare } from './fault-cases.js';
import { callRoute, mainAppRoutes, type SampledApp, workingRequest } from './route-samples.js';

/** A token is looked up in both, and so is a password. */
const NEEDED: readonly BackendName[] = ['firestore', 'identity-platform'];

/** Every route of the Account API by its operationId, as `faultRoutes` has the partners'. */
export function accountFaultRoutes(app: SampledApp): Record<string, Prepare> {
  return Object.fromEntries(
    mainAppRoutes.map((route): [string, Prepare] => [
      route.operationId,
      async (org) => {
        const { user, request } = await workingRequest(app, org, route);
        return { user, poolId: 'main', backends: NEEDED, send: () => callRoute(app, route, request) };
      },
    ]),
  );
}
