import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { SECOND_MS } from '../../../src/lib/clock.js';
import type { AccountUser } from '../account-scenario.js';
import { expectStatus } from '../api-client.js';
import { unsignedToken } from '../auth-emulator.js';
import type { FaultBench } from './fault-bench.js';
import { expectUnavailable, type FaultRow } from './fault-row.js';

const refresh = ({ app }: FaultBench, token: string) => app.account.call('refreshToken', {}, token);

/** A token of the client SDK, whose session is written down when it is first refreshed. */
function signIn({ app: { clock } }: FaultBench, { uid }: AccountUser): string {
  const claims = { auth_time: Math.floor(clock.now() / SECOND_MS) + 1, firebase: { sign_in_provider: 'password' } };
  return unsignedToken(null, clock.now(), { sub: uid, ...claims });
}

async function sidOf(bench: FaultBench, token: string): Promise<unknown> {
  return decodeJwt(expectStatus(await refresh(bench, token), 200).body.data.token)['sid'];
}

/** The rows of refreshes. A session has one name for as long as it lives: there is no family of tokens to be torn. */
export const ACCOUNT_ROWS: readonly FaultRow[] = [
  {
    row: 8,
    fault: 'answer lost after the commit',
    where: 'refreshToken of a sign-in with the client SDK',
    run: async (bench) => {
      const user = await bench.app.account.signUp();
      const token = signIn(bench, user);
      bench.failFirestore({ mode: 'drop after', times: 1, method: 'Commit', naming: '/sessions/' });
      const first = await sidOf(bench, token);
      expect(await sidOf(bench, token), 'the next').to.equal(first);
      const written = (await bench.probe.sessionIdsOf('main', user.uid)).filter((sid) => sid === first);
      expect(written).to.have.length(1);
      return '200; one session, the same each time';
    },
  },
  {
    row: 21,
    fault: 'Identity Platform 500 at the exchange',
    where: 'refreshToken',
    run: async (bench) => {
      const user = await bench.app.account.signUp();
      for (const token of [user.token, signIn(bench, user)]) {
        const sid = await sidOf(bench, token);
        bench.failIdentity({ mode: 'status', status: 500, method: 'accounts:signInWithCustomToken' });
        expectUnavailable(await refresh(bench, token), 'refreshToken');
        bench.heal();
        expect(await sidOf(bench, token)).to.equal(sid);
      }
      return '503; the old token still works, and the next one is of the same session';
    },
  },
];
