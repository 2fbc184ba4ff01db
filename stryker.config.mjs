/**
 * Mutation testing of what guards the rest, by the unit specs alone: no emulator, no stack.
 *
 * Each spec file is a process of its own, mocha's TAP output being all that is asked of it: Stryker's mocha runner reaches
 * into files of mocha that version 12 has renamed. Coverage is then by spec file, and no mutant sees another's leftovers.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: [
    'functions/src/{codes,sessions,limits,pii}/*.ts',
    'functions/src/lib/{crypto,keyring,brand}.ts',
    'functions/src/credentials/{secret-hasher,secret-tag,credential-id}.ts',
    '!**/*.spec.ts',
    '!**/*-{record,store}.ts',
  ],
  testRunner: 'tap',
  tap: {
    testFiles: ['functions/src/{codes,sessions,limits,pii,lib,credentials,users}/*.spec.ts'],
    nodeArgs: [
      ...['--require', '{{hookFile}}', '--import', 'tsx', '--no-experimental-require-module'],
      ...['node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', '30000', '--reporter', 'tap', '{{testFile}}'],
    ],
    forceBail: true,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // On a busy machine, slow is not hung: a mutant that times out counts as killed.
  timeoutMS: 20_000,
  // What is ignored by git is not seen by linters either.
  tempDirName: '.local/mutation',
  cleanTempDir: 'always',
  ignorePatterns: ['/.local', '/coverage', '/docs', '/functions/dist'],
  reporters: ['clear-text', 'progress'],
  allowConsoleColors: false,
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
};
