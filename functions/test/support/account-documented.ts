import { type AccountUser, newPassword, newPhone, newSignup } from './account-scenario.js';

/** One line of the documentation: `400 - Invalid email format`, and what brings it about. */
export interface DocumentedError {
  readonly operation: string;
  readonly status: number;
  readonly message: string;
  /** By what is wrong with them. Of a user who exists, and who calls wherever a session is asked for. */
  readonly bodies: Readonly<Record<string, (user: AccountUser) => unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Operations that need no session. */
export const PUBLIC_OPERATIONS: readonly string[] = ['signup', 'login', 'forgotPassword', 'resetPassword'];
export const SESSION_OPERATIONS: readonly string[] = [
  'verifyEmail',
  'requestEmailVerification',
  'changePassword',
  'requestPhoneVerification',
  'verifyPhone',
  'refreshToken',
  'logout',
];

const signup =
  (fields: Fields = {}) =>
  () =>
    newSignup(fields);
const login =
  (fields: Fields) =>
  ({ email, password }: AccountUser) => ({ email, password, ...fields });
const reset =
  (fields: Fields) =>
  ({ email }: AccountUser) => ({ email, code: '000000', newPassword: newPassword(), ...fields });
const change =
  (fields: Fields) =>
  ({ password }: AccountUser) => ({ oldPassword: password, newPassword: newPassword(), ...fields });

const BAD_PHONES = {
  'a number too short': '12',
  'a number too long': '+1415555267112345',
  text: 'a phone',
  nothing: '',
  'no number': undefined,
};

function ofPhones(fields: Fields) {
  return Object.fromEntries(Object.entries(BAD_PHONES).map(([name, phone]) => [name, () => ({ phone, ...fields })]));
}

/** Every error of `account-auth.md`, and those of api.md's operations in the same words. */
export const DOCUMENTED_ERRORS: readonly DocumentedError[] = [
  {
    operation: 'signup',
    status: 400,
    message: 'Invalid email format or password too weak',
    bodies: {
      'no email': signup({ email: undefined }),
      'an email that is none': signup({ email: 'ada' }),
      'seven characters': signup({ password: '1234567' }),
      'no password': signup({ password: undefined }),
      'no first name': signup({ firstName: undefined }),
      'an empty last name': signup({ lastName: '' }),
    },
  },
  {
    operation: 'signup',
    status: 409,
    message: 'Email already exists',
    bodies: {
      'the same email': ({ email }) => newSignup({ email }),
      'the same in other letters': ({ email }) => newSignup({ email: ` ${email.toUpperCase()} ` }),
    },
  },
  {
    operation: 'login',
    status: 400,
    message: 'Missing email or password',
    bodies: {
      'no email': login({ email: undefined }),
      'no password': login({ password: undefined }),
      'an empty password': login({ password: '' }),
      neither: () => ({}),
    },
  },
  {
    operation: 'login',
    status: 401,
    message: 'Invalid credentials',
    bodies: {
      'a wrong password': login({ password: 'wrong' }),
      'an unknown email': login({ email: 'no@example.com' }),
    },
  },
  {
    operation: 'forgotPassword',
    status: 400,
    message: 'Invalid email format',
    bodies: { 'no email': () => ({}), 'an email that is none': () => ({ email: 'ada@' }) },
  },
  {
    operation: 'forgotPassword',
    status: 404,
    message: 'User not found',
    bodies: { 'an unknown email': () => ({ email: newSignup().email }) },
  },
  {
    operation: 'resetPassword',
    status: 400,
    message: 'Invalid or expired code',
    bodies: { 'a code that was never sent': reset({}), 'an unknown email': reset({ email: 'no@example.com' }) },
  },
  {
    operation: 'resetPassword',
    status: 400,
    message: 'Password validation failed',
    bodies: { 'seven characters': reset({ newPassword: '1234567' }), 'no password': reset({ newPassword: undefined }) },
  },
  {
    operation: 'verifyEmail',
    status: 400,
    message: 'Invalid or expired code',
    bodies: { 'a wrong code': () => ({ code: 'wrong!' }), 'no code': () => ({}), 'one digit': () => ({ code: '1' }) },
  },
  {
    operation: 'changePassword',
    status: 400,
    message: 'Password validation failed',
    bodies: {
      'seven characters': change({ newPassword: '1234567' }),
      'the same password': ({ password }) => ({ oldPassword: password, newPassword: password }),
      'no old password': change({ oldPassword: undefined }),
    },
  },
  {
    operation: 'changePassword',
    status: 401,
    message: 'Incorrect current password',
    bodies: { 'a wrong old password': change({ oldPassword: 'wrong' }) },
  },
  { operation: 'requestPhoneVerification', status: 400, message: 'Invalid phone format', bodies: ofPhones({}) },
  {
    operation: 'verifyPhone',
    status: 400,
    message: 'Invalid phone format or OTP',
    bodies: {
      ...ofPhones({ code: '000000' }),
      'a code that was never sent': () => ({ phone: newPhone(), code: '000000' }),
      'no code': () => ({ phone: newPhone() }),
    },
  },
  ...SESSION_OPERATIONS.map((operation) => ({
    operation,
    status: 401,
    message: 'Unauthorized',
    bodies: { 'no session': () => ({}) },
  })),
];
