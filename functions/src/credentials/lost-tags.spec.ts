import { expect } from 'chai';
import { CredentialOffice } from '../../test/support/credential-office.js';
import { BY } from '../../test/support/records.js';
import { rejection } from '../../test/support/unit-fixtures.js';
import { GatehouseError, UnavailableError } from '../errors/gatehouse-error.js';
import { generateSecret } from './credential-id.js';
import type { IssuedCredential } from './credential-issuer.js';
import { BCRYPT_PER_KEY_AND_SECOND, CREDENTIAL_CACHE_MS } from './credential-policy.js';

const FLOOD = 500;

/** C-03's bound, for what should not be. */
describe('A credential whose tag was lost', () => {
  let office: CredentialOffice;
  let issued: IssuedCredential;
  beforeEach(async () => {
    office = new CredentialOffice();
    issued = await office.issue();
    await office.change(issued.key, { secretTag: null });
  });

  const authenticate = (service = office.service) => service.authenticate(issued.key, issued.secret);
  const guess = async () => {
    const error = await rejection(office.service.authenticate(issued.key, generateSecret('live')));
    return error instanceof GatehouseError ? error.code : String(error);
  };
  const guesses = (count: number) => Promise.all(Array.from({ length: count }, guess));

  it('lets the partner in, and remembers it', async () => {
    await authenticate();
    office.clock.advance(CREDENTIAL_CACHE_MS);
    await authenticate();
    expect(office.cost()).to.deep.equal({ reads: 4, bcrypt: 1 });
  });

  it('compares 10 a second, answers the others 503, and reads once', async () => {
    for (let second = 1; second <= 3; second += 1) {
      const codes = await guesses(FLOOD);
      const compared = codes.filter((code) => code === 'invalid_client').length;
      expect(compared).to.equal(BCRYPT_PER_KEY_AND_SECOND);
      expect(codes.filter((code) => code === 'unavailable')).to.have.length(FLOOD - compared);
      expect(office.cost()).to.deep.equal({ reads: 1, bcrypt: second * BCRYPT_PER_KEY_AND_SECOND });
      office.clock.advance(1_000);
    }
  });

  it('compares no more than 10 in any second, wherever it begins', async () => {
    const compared: number[] = [];
    // First of all at the end of a second: windows that begin with the second would let 20 through.
    office.clock.advance(900);
    compared.push(...(await guesses(FLOOD)).filter((code) => code === 'invalid_client').map(() => 0));
    for (let at = 0; at < 3_000; at += 10) {
      if ((await guess()) === 'invalid_client') compared.push(at);
      office.clock.advance(10);
    }
    for (const start of compared)
      expect(compared.filter((at) => at >= start && at < start + 1_000).length).to.be.at.most(10);
    expect(compared).to.have.length(30);
  });

  it('reads once, too, while bcrypt’s queue is full', async () => {
    office.hasher.matches = () => Promise.reject(new UnavailableError());
    for (let count = 0; count < FLOOD; count += 1) expect(await guess()).to.equal('unavailable');
    expect(office.cost().reads).to.equal(1);
  });

  it('bounds each key id by itself, and knows who was let in before', async () => {
    const other = await office.admin.issue(office.orgId, BY);
    await office.change(other.key, { secretTag: null });
    await authenticate();
    await guesses(FLOOD);
    await authenticate();
    await office.service.authenticate(other.key, other.secret);
    await authenticate(office.instance());
  });

  it('does not wait for a clock that was set back', async () => {
    await guesses(FLOOD);
    expect(await rejection(authenticate())).to.be.instanceOf(UnavailableError);
    office.clock.advance(-3_600_000);
    await authenticate();
  });
});
