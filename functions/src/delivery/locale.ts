/** The languages that messages come in. */
export const LOCALES = ['en', 'es', 'fr', 'de', 'pt', 'ja'] as const;

export type Locale = (typeof LOCALES)[number];
