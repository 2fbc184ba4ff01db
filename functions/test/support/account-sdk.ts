import { randomUUID } from 'node:crypto';
import { deleteApp, type FirebaseApp, initializeApp } from 'firebase/app';
import {
  type Auth,
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  getAuth,
  signInWithEmailAndPassword,
  type User,
} from 'firebase/auth';
import { authEmulator } from './auth-emulator.js';
import { testStack } from './global-stack.js';

interface SentCode {
  readonly phoneNumber: string;
  readonly code: string;
}

/** The Firebase client SDK on somebody's device, signed in to the Auth emulator. */
export class SdkClient {
  readonly auth: Auth;
  private readonly app: FirebaseApp;

  constructor() {
    const { authEmulator, projectId } = testStack();
    this.app = initializeApp({ apiKey: 'demo-api-key', projectId }, randomUUID());
    this.auth = getAuth(this.app);
    connectAuthEmulator(this.auth, `http://${authEmulator}`, { disableWarnings: true });
  }

  /** @throws FirebaseError without somebody signed in */
  get user(): User {
    if (this.auth.currentUser === null) throw new Error('nobody is signed in');
    return this.auth.currentUser;
  }

  /** Answers the ID token. */
  async signUp(email: string, password: string): Promise<string> {
    const { user } = await createUserWithEmailAndPassword(this.auth, email, password);
    return user.getIdToken();
  }

  /** Answers the ID token. @throws FirebaseError */
  async signIn(email: string, password: string): Promise<string> {
    const { user } = await signInWithEmailAndPassword(this.auth, email, password);
    return user.getIdToken();
  }

  /**
   * Adds a phone number, with a code that Firebase sends: by the two calls that the SDK makes in a browser. In Node it has no
   * sign-in by phone. Answers the error's name, null for none.
   */
  async linkPhone(phoneNumber: string): Promise<string | null> {
    const { authEmulator: host, projectId } = testStack();
    const { body } = await authEmulator.asClient('accounts:sendVerificationCode', { phoneNumber });
    const sent = await fetch(`http://${host}/emulator/v1/projects/${projectId}/verificationCodes`);
    const { verificationCodes } = (await sent.json()) as { verificationCodes: SentCode[] };
    const code = verificationCodes.findLast((one) => one.phoneNumber === phoneNumber)?.code;
    const idToken = await this.user.getIdToken();
    const link = { sessionInfo: body['sessionInfo'], code, idToken };
    const linked = await authEmulator.asClient('accounts:signInWithPhoneNumber', link);
    // Of a number that is another user's it answers 200, and no token.
    if (linked.status === 200) return typeof linked.body['idToken'] === 'string' ? null : 'PHONE_NUMBER_EXISTS';
    return (linked.body['error'] as { message: string }).message;
  }

  close(): Promise<void> {
    return deleteApp(this.app);
  }
}
