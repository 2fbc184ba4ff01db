import { NAMES_SHOWN } from './doctor-policy.js';

export function shown(names: readonly string[]): readonly string[] {
  return names.slice(0, NAMES_SHOWN);
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return shown(names).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
