import { join } from 'node:path';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';
import { FUNCTIONS_DIR, isMain } from './paths.js';

/**
 * Our code is bundled, packages stay external: the deployment installs them from functions/package.json. Splitting
 * keeps what is imported on first need out of the file that every cold start reads.
 */
const OPTIONS: BuildOptions = {
  entryPoints: [join(FUNCTIONS_DIR, 'src', 'index.ts')],
  outdir: join(FUNCTIONS_DIR, 'dist'),
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: FUNCTIONS_DIR,
};

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
  const watcher = await context({ ...OPTIONS, plugins: [report] });
  await watcher.watch();
  return { stop: () => watcher.dispose() };
}

if (isMain(import.meta.url)) {
  const started = Date.now();
  await buildFunctions();
  console.log(`Built functions/dist in ${Date.now() - started} ms.`);
}
