import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The secrets that the functions do not start without. */
const GENERATED: Record<string, () => string> = {
  CODE_PEPPERS: () => `1:${randomKey()}`,
  DATA_KEYS: () => `1:${randomKey()}`,
  INDEX_KEY: randomKey,
  // Not used, so that messages go to the outbox. Put real ones here, and real messages go out.
  TWILIO_AUTH_TOKEN: () => 'unset',
  TWILIO_API_KEY_SECRET: () => 'unset',
  SENDGRID_API_KEY: () => 'unset',
};

/**
 * The local secrets: random per machine, kept between runs because stored data depends on them. What the developer added
 * (provider credentials) stays; what is missing is appended.
 */
export function ensureSecrets(file: string): Record<string, string> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const present = parseDotenv(text);
  const added = Object.entries(GENERATED)
    .filter(([name]) => !present[name])
    .map(([name, generate]) => `${name}=${generate()}`);
  if (added.length === 0) return present;
  const complete = `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${added.join('\n')}\n`;
  writeFileSync(file, complete, { mode: 0o600 });
  return parseDotenv(complete);
}

/** The lines `NAME=value` of a dotenv file, quotes around a value taken off. */
export function parseDotenv(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1]) values[match[1]] = (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
  }
  return values;
}

function randomKey(): string {
  return randomBytes(32).toString('base64');
}
