import { type DoctorTarget, originOf } from './doctor-target.js';
import { shown } from './listed.js';

/** A settings change of some tenants; no other command of Google's makes it. */
export function patchTenants(target: DoctorTarget, ids: readonly string[], settings: object): string {
  const path = `v2/projects/${target.projectId}/tenants/$t`;
  return `for t in ${shown(ids).join(' ')}; do ${patch(target, path, settings)}; done`;
}

export function patchConfig(target: DoctorTarget, settings: object): string {
  return patch(target, `admin/v2/projects/${target.projectId}/config`, settings);
}

function patch(target: DoctorTarget, path: string, settings: object): string {
  const url = `${originOf(target, 'identitytoolkit')}/${path}?updateMask=${leavesOf(settings).join(',')}`;
  // The shell gets the token, so that none is printed. The emulator takes this word for one.
  const token = target.emulators === null ? '$(gcloud auth print-access-token)' : 'owner';
  const headers = [`"Authorization: Bearer ${token}"`, "'Content-Type: application/json'"];
  if (target.emulators === null) headers.push(`'X-Goog-User-Project: ${target.projectId}'`);
  return `curl -X PATCH "${url}" ${headers.map((header) => `-H ${header}`).join(' ')} -d '${JSON.stringify(settings)}'`;
}

function leavesOf(settings: object): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? leavesOf(value).map((leaf) => `${key}.${leaf}`) : [key],
  );
}
