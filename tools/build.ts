import { join } from 'node:path';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';
import { FUNCTIONS_DIR, isMain } from './paths.js';

/**
 * What is needed by every request is one file; what loads on first need stays a package, which the deployment installs
 * from functions/package.json. Express is the server's own, already loaded when our code is.
 */
const OPTIONS: BuildOptions = {
  entryPoints: [join(FUNCTIONS_DIR, 'src', 'index.ts')],
  outdir: join(FUNCTIONS_DIR, 'dist'),
  bundle: true,
  external: [
    'express',
    'bcrypt',
    'libphonenumber-js',
    'sms-segments-calculator',
    'firebase-admin',
    'google-auth-library',
    '@google-cloud/firestore',
    '@grpc/grpc-js',
    'twilio',
    '@sendgrid/*',
  ],
  // Packages in the bundle that are CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module';const require = createBundleRequire(import.meta.url);",
  },
  plugins: [lazyAdmin(), noSnapshots(), englishOnly()],
  format: 'esm',
  // functions-framework looks for the module type of a .js file with a search that costs as much as our own loading.
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node20',
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: FUNCTIONS_DIR,
};

/** firebase-functions loads the Admin SDK at its top, for callable functions, of which there are none here. */
function lazyAdmin(): Plugin {
  const namespace = 'lazy-admin';
  const getters: Record<string, string> = {
    'firebase-admin/auth': 'getAuth',
    'firebase-admin/app-check': 'getAppCheck',
  };
  return {
    name: namespace,
    setup(builder) {
      builder.onResolve({ filter: /^firebase-admin\/(auth|app-check)$/ }, ({ path, importer }) =>
        importer.includes('firebase-functions') ? { path, namespace } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `export const ${getters[path]} = (...args) => require('${path}').${getters[path]}(...args);`,
      }));
    },
  };
}

/**
 * For a Firestore trigger, firebase-functions loads the Admin SDK's Firestore at its top, in every function's process, and
 * decodes the event's document before the handler is asked. Ours read the document as it is by then: an event can be late,
 * or come twice. A handler that reaches for the one in the event hears of it.
 */
function noSnapshots(): Plugin {
  const makers = ['BeforeSnapshotFromJson', 'BeforeSnapshotFromProtobuf', 'SnapshotFromJson', 'SnapshotFromProtobuf'];
  const message = 'Events come without their document (tools/build.ts): read it from Firestore.';
  const contents = [
    `const refuse = () => { throw new Error(${JSON.stringify(message)}); };`,
    'const none = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse });',
    ...makers.map((name) => `export const create${name} = () => none;`),
  ].join('\n');
  const file = /firebase-functions[\\/]lib[\\/]esm[\\/]common[\\/]providers[\\/]firestore\.mjs$/;
  return {
    name: 'no-snapshots',
    setup(builder) {
      builder.onLoad({ filter: file }, () => ({ contents }));
    },
  };
}

/** zod brings its messages in forty languages; a partner's developer reads English. */
function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup(builder) {
      builder.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
      }));
    },
  };
}

/** @throws when the code does not compile; esbuild has printed why */
export async function buildFunctions(): Promise<void> {
  await build(OPTIONS);
}

export interface BuildWatch {
  stop(): Promise<void>;
}

/** Builds again whenever a source file changes. `onRebuild` hears of every build after the first. */
export async function watchBuild(onRebuild: (ok: boolean) => void = () => {}): Promise<BuildWatch> {
  let first = true;
  const report: Plugin = {
    name: 'report',
    setup(builder) {
      builder.onEnd((result) => {
        if (!first) onRebuild(result.errors.length === 0);
        first = false;
      });
    },
  };
  const watcher = await context({ ...OPTIONS, plugins: [...(OPTIONS.plugins ?? []), report] });
  await watcher.watch();
  return { stop: () => watcher.dispose() };
}

if (isMain(import.meta.url)) {
  const started = Date.now();
  await buildFunctions();
  console.log(`Built functions/dist in ${Date.now() - started} ms.`);
}
