import { expect } from 'chai';

/** The ways in which a value might stand in a database or a log. */
export function encodingsOf(value: string): string[] {
  const digits = value.replaceAll(/\D/g, '');
  const forms = digits.length >= 8 ? [value, digits] : [value];
  return [...new Set(forms.flatMap((form) => [form, encodeURIComponent(form), hex(form), ...base64(form)]))];
}

export const hex = (text: string) => Buffer.from(text).toString('hex');
export const encoded = (text: string) => Buffer.from(text).toString('base64url');

/** Inside a longer value, the same bytes have three spellings; their ends depend on the neighbours. */
function base64(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const spelled = encoded(`${'x'.repeat(shift)}${text}`);
    return spelled.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}

export function expectAbsent(texts: readonly string[], values: Readonly<Record<string, string>>, where: string): void {
  const all = texts.join('\n');
  for (const [name, value] of Object.entries(values))
    for (const spelled of encodingsOf(value))
      expect(all.includes(spelled), `${name} as ${spelled} in ${where}`).to.equal(false);
}
