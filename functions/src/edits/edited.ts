/** What is wrong with a document, by field, and what to do about it; never what was written there. */
export type Problems = Readonly<Record<string, string>>;

/**
 * A document that admins edit. What they write is what they ask for; what the service goes by is `inForce`, which holds the
 * last good value of each field.
 */
export interface Edited<Terms> {
  /** Changes with every write. */
  readonly version: string;
  readonly written: { readonly [Field in keyof Terms]: unknown };
  readonly inForce: Terms;
  readonly problems: Problems;
}
