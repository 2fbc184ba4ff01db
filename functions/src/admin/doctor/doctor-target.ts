import type { AccessTokens } from '../../adapters/identity-platform/identity-toolkit-client.js';
import type { Emulators } from '../../config/environment.js';
import type { ReadParam } from '../../config/param-names.js';
import type { Clock } from '../../lib/clock.js';

/** The name of an API in its address. */
export type GoogleApiName =
  | 'identitytoolkit'
  | 'firestore'
  | 'firebaserules'
  | 'cloudfunctions'
  | 'iam'
  | 'cloudresourcemanager';
export type ServiceName = GoogleApiName | 'twilio' | 'sendgrid';

/** What the doctor looks at. */
export interface DoctorTarget {
  readonly projectId: string;
  readonly region: string;
  /** The account that the function runs as; null asks Cloud Functions. */
  readonly functionServiceAccount: string | null;
  /** The emulators of a local stack; null for a deployment. */
  readonly emulators: Emulators | null;
  /** OAuth access tokens of whoever runs the doctor. */
  readonly tokens: AccessTokens;
  /** Settings as the deployment has them, '' for a missing one. May throw a FindingError where it could not look. */
  readonly read: ReadParam;
  /** The texts of firestore.rules and firestore.indexes.json. */
  readonly expected: { readonly rules: string; readonly indexes: string };
  readonly clock: Clock;
  /** Where services are, if not where their documentation says. */
  readonly origins?: Partial<Record<ServiceName, string>>;
  readonly requestTimeoutMs?: number;
}

export function originOf(target: DoctorTarget, service: ServiceName): string {
  const { origins = {}, emulators } = target;
  const given = origins[service];
  if (given !== undefined) return given;
  if (service === 'twilio' || service === 'sendgrid') return `https://api.${service}.com`;
  // The Auth emulator serves the API below its name.
  if (service === 'identitytoolkit' && emulators !== null) return `http://${emulators.auth}/${service}.googleapis.com`;
  return `https://${service}.googleapis.com`;
}
