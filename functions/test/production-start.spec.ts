import { expect } from 'chai';
import { startFramework } from './support/framework.js';
import { testStack } from './support/global-stack.js';

/** What would send a production instance to an emulator, or make it take unsigned tokens. */
const SWITCHES: Readonly<Record<string, string>> = {
  FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099',
  FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080',
  FIREBASE_EMULATOR_HUB: '127.0.0.1:4400',
  CLOUD_TASKS_EMULATOR_HOST: '127.0.0.1:9499',
  FUNCTIONS_EMULATOR: 'true',
  OUTBOX_URL: 'http://127.0.0.1:5010/messages',
};
const SECRETS = ['CODE_PEPPERS', 'DATA_KEYS', 'INDEX_KEY'];
const PROVIDERS = {
  TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'twilio-auth-token',
  TWILIO_SENDER: '+12025550100',
  SENDGRID_API_KEY: 'SG.sendgrid-key',
  SENDGRID_FROM: 'codes@gatehouse.example',
};
const REFUSED = /Refusing to start in production/;

describe('The start of an instance in production (T-09)', () => {
  const production = (): Record<string, string> => {
    const { env } = testStack();
    const kept = Object.entries(env).filter(([name]) => !(name in SWITCHES));
    return { ...Object.fromEntries(kept), NODE_ENV: 'production', K_SERVICE: 'api', FUNCTION_TARGET: 'api' };
  };

  it('listens with what production has', async () => {
    const { listened, output } = await startFramework(production());
    expect(listened, output).to.equal(true);
  });

  for (const [name, value] of Object.entries(SWITCHES)) {
    it(`ends before it listens when ${name} is set`, async () => {
      const { exitCode, listened, output } = await startFramework({ ...production(), [name]: value });
      expect(listened, output).to.equal(false);
      expect(exitCode).to.be.above(0);
      expect(output).to.match(REFUSED).and.to.include(name);
    });
  }

  it('is known by the platform’s own variable alone', async () => {
    const { NODE_ENV: _, ...environment } = production();
    const started = await startFramework({ ...environment, FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' });
    expect(started.exitCode, started.output).to.be.above(0);
    expect(started.listened).to.equal(false);
  });

  for (const secret of SECRETS) {
    for (const [how, value] of [
      ['empty', ''],
      ['short', '1:c2hvcnQ='],
    ] as const) {
      it(`ends before it listens when ${secret} is ${how}`, async () => {
        const { exitCode, listened, output } = await startFramework({ ...production(), [secret]: value });
        expect(listened, output).to.equal(false);
        expect(exitCode).to.be.above(0);
        expect(output).to.include(secret);
        if (value !== '') expect(output, 'a secret in the log').not.to.include(value);
      });
    }
  }

  const said = (output: string) =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{"severity"'))
      .map((line) => JSON.parse(line) as { severity: string; message: string })
      .map(({ severity, message }) => `${severity} ${message}`);

  it('says, as an error, that nothing can be sent where no provider is configured', async () => {
    const { listened, output } = await startFramework(production());
    expect(listened, output).to.equal(true);
    expect(said(output)).to.deep.equal([
      'ERROR No provider for text messages (Twilio) is configured: sending fails.',
      'ERROR No provider for e-mail (SendGrid) is configured: sending fails.',
    ]);
  });

  it('says, as a warning, what keeps providers from reporting', async () => {
    const { listened, output } = await startFramework({ ...production(), ...PROVIDERS });
    expect(listened, output).to.equal(true);
    expect(said(output)).to.deep.equal([
      'WARNING PUBLIC_URL is not set: nobody reports whether messages arrive.',
      'WARNING SENDGRID_WEBHOOK_KEY is not set: nobody reports whether messages arrive.',
    ]);
    expect(output, 'a secret in the log').not.to.match(/twilio-auth-token|sendgrid-key/);
  });

  for (const name of ['TWILIO_AUTH_TOKEN', 'TWILIO_SENDER', 'SENDGRID_FROM'] as const)
    it(`ends before it listens with half a provider: without ${name}`, async () => {
      const { exitCode, listened, output } = await startFramework({ ...production(), ...PROVIDERS, [name]: 'unset' });
      expect(listened, output).to.equal(false);
      expect(exitCode).to.be.above(0);
      expect(output).to.include(`Set ${name}`);
      expect(output, 'a secret in the log').not.to.match(/twilio-auth-token|sendgrid-key/);
    });
});
