/** Where a running stack listens. Hosts are `address:port`. */
export interface StackTarget {
  projectId: string;
  authEmulator: string;
  firestoreEmulator: string;
  outboxUrl: string;
  /** The environment that the functions get, secrets included, for the same code outside the Functions emulator. */
  env: Record<string, string>;
}

export interface StackInfo extends StackTarget {
  hub: string;
  /** Null when the stack runs without the Functions emulator. */
  functionsEmulator: string | null;
  tasksEmulator: string | null;
  /** The `api` function in the Functions emulator. */
  baseUrl: string | null;
  /** The Emulator UI, when it could be had. */
  uiUrl: string | null;
}

export interface DemoOrg {
  orgId: string;
  name: string;
  tenantId: string;
  key: string;
  secret: string;
  app: { appId: string; apiKey: string };
  issuer: { iss: string; aud: string; privateKeyPem: string; kid: string };
}

/** .local/stack.json: what programs that try the running stack read. */
export interface StackFile {
  baseUrl: string;
  outboxUrl: string;
  projectId: string;
  authEmulator: string;
  firestoreEmulator: string;
  orgs: DemoOrg[];
}
