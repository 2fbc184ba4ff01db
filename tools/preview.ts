import { parseArgs } from 'node:util';
import { LOCALES } from '../functions/src/delivery/locale.js';
import { previewPage } from './preview/preview-page.js';
import { startPreview } from './preview/preview-server.js';
import { overlong, previewTable } from './preview/preview-table.js';
import { type PreviewOrg, samplesOf } from './preview/samples.js';

const USAGE = 'npm run preview -- [--org <name>] [--domain <domain>] [--locale <language>] [--print]';

try {
  await preview();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(1);
}

async function preview(): Promise<void> {
  const { values } = parseArgs({
    options: {
      org: { type: 'string', default: 'Acme Payments' },
      domain: { type: 'string', default: 'app.acme.example' },
      locale: { type: 'string' },
      print: { type: 'boolean', default: false },
    },
  });
  const org: PreviewOrg = { name: values.org, domain: values.domain === '' ? null : values.domain };
  const locales = LOCALES.filter((locale) => values.locale === undefined || values.locale === locale);
  if (locales.length === 0) throw new Error(`--locale must be one of ${LOCALES.join(', ')}`);
  const samples = await samplesOf(org, locales);
  if (values.print) {
    console.log(previewTable(samples));
    process.exit(overlong(samples).length === 0 ? 0 : 1);
  }
  const { url, stop } = await startPreview(previewPage(samples, org));
  console.log(`Every message in ${locales.join(', ')}, as text message and as mail:\n\n  ${url}\n`);
  console.log('Open it in a browser. Ctrl-C stops. With --print the sizes of the text messages come as a table.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop());
}
