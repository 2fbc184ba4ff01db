/** A request that says a provider has sent it. */
export interface SignedCallback {
  /** As it stands in the URL, with its `?`; empty where there is none. */
  readonly query: string;
  readonly body: Buffer;
  /** Those that the signature stands in, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Port: tells what a provider has sent from what somebody else has. */
export interface CallbackVerifier {
  /** Never throws: what can't be read is not genuine. */
  isGenuine(callback: SignedCallback): Promise<boolean>;
}

/** null for a provider whose reports are not configured: none of them is taken. */
export interface CallbackVerifiers {
  readonly twilio: CallbackVerifier | null;
  readonly sendgrid: CallbackVerifier | null;
}
