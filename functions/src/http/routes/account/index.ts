import { changePassword } from './change-password.js';
import { forgotPassword } from './forgot-password.js';
import { login } from './login.js';
import { logout } from './logout.js';
import { refreshToken } from './refresh-token.js';
import { requestEmailVerification } from './request-email-verification.js';
import { requestPhoneVerification } from './request-phone-verification.js';
import { resetPassword } from './reset-password.js';
import { signup } from './signup.js';
import { verifyEmail } from './verify-email.js';
import { verifyPhone } from './verify-phone.js';

/** The Account API: the users of the company's own app. */
export const accountRoutes = [
  signup,
  login,
  forgotPassword,
  resetPassword,
  requestEmailVerification,
  verifyEmail,
  changePassword,
  requestPhoneVerification,
  verifyPhone,
  refreshToken,
  logout,
];
