const DOMAIN =
  '^functions/src/(apps|audit|codes|contacts|credentials|delivery|edits|errors|idempotency|identity|limits|lib|main-app|maintenance|notices|orgs|pii|sessions|users)/';

/** The direction is http → domain ← adapters; only composition.ts knows both ends. */
module.exports = {
  forbidden: [
    {
      name: 'domain-stands-alone',
      comment: 'The domain imports neither HTTP nor adapters nor configuration.',
      severity: 'error',
      from: { path: DOMAIN, pathNot: '\\.spec\\.ts$' },
      to: { path: '^functions/src/(http|adapters|config|admin|compos(ition|e-)|runtime|index)' },
    },
    {
      name: 'domain-without-frameworks',
      comment: 'No express, no Firebase and no Google client in the domain.',
      severity: 'error',
      from: { path: DOMAIN, pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(express|firebase-admin|firebase-functions|@google-cloud|google-auth-library|@grpc)/' },
    },
    {
      name: 'no-admin-auth',
      comment:
        'Its project-level verifyIdToken checks no tenant. Tokens go through IdTokenVerifier, which is given the pool.',
      severity: 'error',
      from: { path: '^functions/src/' },
      to: { path: 'firebase-admin/(auth|lib/auth)' },
    },
    {
      name: 'nothing-on-the-command-line',
      comment: 'The command line and its checks are no part of what is deployed.',
      severity: 'error',
      from: { path: '^functions/src/', pathNot: '^functions/src/admin/(cli|doctor)/' },
      to: { path: '^functions/src/admin/(cli|doctor)/' },
    },
    {
      name: 'http-not-to-adapters',
      severity: 'error',
      from: { path: '^functions/src/http/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^functions/src/(adapters|config|compos(ition|e-)|runtime)' },
    },
    {
      name: 'adapters-not-to-http',
      severity: 'error',
      from: { path: '^functions/src/adapters/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^functions/src/(http|config|compos(ition|e-)|runtime)' },
    },
    {
      name: 'lib-knows-no-domain',
      severity: 'error',
      from: { path: '^functions/src/lib/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^functions/src/', pathNot: '^functions/src/lib/' },
    },
    {
      name: 'source-not-to-tests',
      severity: 'error',
      from: { path: '^functions/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(functions/test|tools)/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^(functions/dist|coverage)' },
  },
};
