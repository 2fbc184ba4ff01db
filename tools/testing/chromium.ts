import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
// Nothing of the browser's own may reach for the network.
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/**
 * The test command needs Node and a JDK alone: where there is no browser, `what` goes untested, and it is said so; in CI,
 * that is an error.
 */
export function describeInChromium(what: string, tests: (browser: () => Browser) => void): void {
  if (CHROMIUM === undefined) {
    if (process.env['CI'] !== undefined) throw new Error(`No Chromium here: ${what} would go untested.`);
    console.log(`  • No Chromium here: ${what} is not tested.`);
    return;
  }
  describe(`${what} in Chromium`, () => {
    let browser: Browser | undefined;

    before(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: QUIET });
    });
    after(() => browser?.close());

    tests(() => {
      if (browser === undefined) throw new Error('Chromium has not started yet');
      return browser;
    });
  });
}
