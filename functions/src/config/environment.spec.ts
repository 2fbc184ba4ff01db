import { expect } from 'chai';
import {
  assertNoEmulatorInProduction,
  type Environment,
  isProduction,
  readEmulators,
  readProjectId,
  servedFunction,
} from './environment.js';

/** What Cloud Run gives a deployed function. */
const DEPLOYED = { K_SERVICE: 'api', K_REVISION: 'api-00001', K_CONFIGURATION: 'api', FUNCTION_TARGET: 'api' };
/** What the Functions emulator gives it. */
const EMULATED = { K_SERVICE: 'api', FUNCTIONS_EMULATOR: 'true', FUNCTION_TARGET: 'api' };

describe('isProduction', () => {
  const CASES: readonly [what: string, environment: Environment, production: boolean][] = [
    ['nothing set: a shell, a test', {}, false],
    ['a deployed function', DEPLOYED, true],
    ['the Functions emulator', EMULATED, false],
    ['NODE_ENV alone', { NODE_ENV: 'production' }, true],
    ['NODE_ENV in the emulator', { ...EMULATED, NODE_ENV: 'production' }, true],
    ['another NODE_ENV', { NODE_ENV: 'development' }, false],
    ['K_SERVICE alone', { K_SERVICE: 'api' }, true],
    ['a deployed function that says it is the emulator', { ...DEPLOYED, FUNCTIONS_EMULATOR: 'true' }, true],
    ['an emulator that is not quite one', { K_SERVICE: 'api', FUNCTIONS_EMULATOR: '1' }, true],
  ];
  for (const [what, environment, production] of CASES)
    it(`${what}: ${production}`, () => {
      expect(isProduction(environment)).to.equal(production);
    });
});

/** T-09: firebase-admin takes unsigned tokens with these, so that one of them in production opens every door. */
describe('assertNoEmulatorInProduction', () => {
  const SWITCHES = [
    'FIREBASE_AUTH_EMULATOR_HOST',
    'FIRESTORE_EMULATOR_HOST',
    'FIREBASE_EMULATOR_HUB',
    'CLOUD_TASKS_EMULATOR_HOST',
    'FUNCTIONS_EMULATOR',
    'OUTBOX_URL',
  ];
  for (const name of SWITCHES) {
    for (const value of ['127.0.0.1:9099', 'true', '']) {
      it(`refuses ${name}=${value || '<empty>'} in production and names it`, () => {
        const start = () => assertNoEmulatorInProduction({ ...DEPLOYED, [name]: value });
        expect(start).to.throw(name).with.property('message').that.includes('Refusing to start');
      });
    }
    it(`allows ${name} elsewhere`, () => {
      assertNoEmulatorInProduction({ [name]: '127.0.0.1:9099' });
      assertNoEmulatorInProduction({ ...EMULATED, [name]: 'true' });
    });
  }

  it('names all of them at once', () => {
    const environment = { NODE_ENV: 'production', ...Object.fromEntries(SWITCHES.map((name) => [name, 'x'])) };
    expect(() => assertNoEmulatorInProduction(environment)).to.throw(SWITCHES.join(', '));
  });

  it('lets production start without them', () => {
    assertNoEmulatorInProduction(DEPLOYED);
  });
});

describe('readEmulators', () => {
  const firestore = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' };
  const auth = { FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' };

  it('uses both or none', () => {
    expect(readEmulators({})).to.equal(null);
    expect(readEmulators({ ...firestore, ...auth })).to.deep.equal({
      firestore: '127.0.0.1:8080',
      auth: '127.0.0.1:9099',
    });
  });

  it('refuses one without the other', () => {
    for (const half of [firestore, auth]) expect(() => readEmulators(half)).to.throw('or neither');
  });
});

describe('readProjectId', () => {
  const FIREBASE_CONFIG = JSON.stringify({ projectId: 'from-config' });
  const CASES: readonly [environment: Environment, projectId: string][] = [
    [{ GCLOUD_PROJECT: 'a', GOOGLE_CLOUD_PROJECT: 'b', FIREBASE_CONFIG }, 'a'],
    [{ GOOGLE_CLOUD_PROJECT: 'b', FIREBASE_CONFIG }, 'b'],
    [{ FIREBASE_CONFIG }, 'from-config'],
  ];
  for (const [environment, projectId] of CASES)
    it(`${JSON.stringify(environment)} is ${projectId}`, () => {
      expect(readProjectId(environment)).to.equal(projectId);
    });

  const MISSING: readonly Environment[] = [
    {},
    { GCLOUD_PROJECT: '' },
    { FIREBASE_CONFIG: '/a/file.json' },
    { FIREBASE_CONFIG: '{}' },
  ];
  for (const environment of MISSING)
    it(`${JSON.stringify(environment)} is refused`, () => {
      expect(() => readProjectId(environment)).to.throw('which Firebase project');
    });
});

it('servedFunction tells discovery from serving', () => {
  expect(servedFunction(DEPLOYED)).to.equal('api');
  expect(servedFunction({})).to.equal(undefined);
});
