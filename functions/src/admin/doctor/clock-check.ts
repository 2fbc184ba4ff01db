import type { Clock } from '../../lib/clock.js';
import { type Check, failed, ok, warning } from './check.js';
import { CLOCK_TOLERANCE } from './doctor-policy.js';
import type { GoogleApi } from './google-api.js';

/** Access tokens and signatures of a machine whose clock is wrong are refused, for reasons that nobody finds. */
export function clockCheck(api: GoogleApi, clock: Clock): Check {
  return {
    name: 'clock',
    async run() {
      const asked = clock.now();
      // Without a key it is refused; every answer has the time. https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
      const { date } = await api.askPublic('identitytoolkit', 'v1/projects');
      const theirs = Date.parse(date ?? '');
      if (Number.isNaN(theirs))
        return warning("Google's answer does not have the time.", 'Check that no proxy answers in its place.');
      const apart = Math.abs((asked + clock.now()) / 2 - theirs);
      const message = `The clock of this machine is ${Math.round(apart / 1_000)} seconds from Google's.`;
      const remedy = 'Set it by the network, such as with: sudo timedatectl set-ntp true';
      if (apart > CLOCK_TOLERANCE.failedMs) return failed(message, remedy);
      if (apart > CLOCK_TOLERANCE.warningMs) return warning(message, remedy);
      return ok("The clock of this machine is Google's.");
    },
  };
}
