import type { DemoOrg, StackInfo } from './stack-info.js';

/** The lines to paste into a shell first: register, log in, read the code, verify. */
export function tryThis(info: StackInfo, orgs: DemoOrg[]): string {
  const lines = ['', `  API      ${info.baseUrl}`, `  Outbox   ${new URL('/', info.outboxUrl)}`];
  if (info.uiUrl) lines.push(`  Emulators ${info.uiUrl}`);
  const [org] = orgs;
  if (!org) return lines.join('\n');
  lines.push('', `  Try this, as the backend of ${org.name}:`, '', ...curlLines(info, org));
  lines.push('  Or sign up for your own app (docs/account-api.md has the rest):', '', ...signupLines());
  lines.push('  Or let `npm run demo` walk through the Partner API.', '');
  return lines.join('\n');
}

function signupLines(): string[] {
  const user = { email: 'ada@example.net', password: 'correct horse', firstName: 'Ada', lastName: 'Lovelace' };
  return [`curl -s "$API/auth/signup" -H 'Content-Type: application/json' -d '${JSON.stringify(user)}'`, ''];
}

function curlLines(info: StackInfo, org: DemoOrg): string[] {
  const post = (path: string, body: string): string[] => [
    `curl -s "$API/partner/auth/${path}" -H "X-Partner-Key: $KEY" -H "X-Partner-Secret: $SECRET" \\`,
    `  -H 'Content-Type: application/json' -d ${body}`,
    '',
  ];
  const user = {
    email: 'ada@example.com',
    phone_number: '+12025550143',
    first_name: 'Ada',
    last_name: 'Lovelace',
    password: 'correct horse',
    ssn: '123-45-6789',
  };
  return [
    `API='${info.baseUrl}' KEY='${org.key}' SECRET='${org.secret}'`,
    '',
    ...post('register', `'${JSON.stringify(user)}'`),
    ...post('login', `'{"email":"ada@example.com","password":"correct horse"}'`),
    `CODE=$(curl -s '${info.outboxUrl}?to=ada@example.com' | node -p 'JSON.parse(fs.readFileSync(0))[0].code')`,
    '',
    ...post('verify-otp', `'{"email":"ada@example.com","code":"'"$CODE"'"}'`),
  ];
}
