/** Port: tells whether a request comes from the company's own app, and not from a script. */
export interface AppCheck {
  /** @throws InvalidClientError for any token that is not of the project's apps. @throws UnavailableError without the keys */
  verify(token: string): Promise<void>;
}
