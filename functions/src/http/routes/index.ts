import type { Route } from '../route.js';
import { accountRoutes } from './account/index.js';
import { changePassword } from './partner/change-password.js';
import { getMe } from './partner/get-me.js';
import { introspect } from './partner/introspect.js';
import { login } from './partner/login.js';
import { logout } from './partner/logout.js';
import { register } from './partner/register.js';
import { resetPassword } from './partner/reset-password.js';
import { sendResetCode } from './partner/send-reset-code.js';
import { verifyOtp } from './partner/verify-otp.js';

/** Every operation of the function. A route that is not here does not exist. */
export const routes: readonly Route[] = [
  register,
  login,
  verifyOtp,
  sendResetCode,
  resetPassword,
  changePassword,
  logout,
  introspect,
  getMe,
  ...accountRoutes,
];
