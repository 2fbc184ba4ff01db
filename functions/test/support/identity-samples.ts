import { userId } from '../../src/users/user-id.js';
import { newPool } from './unit-fixtures.js';

/** A tenant's users, and one of them. */
export const POOL = newPool('tenant-a');
export const UID = userId.generate();
export const EMAIL = 'ada@example.com';
export const PHONE = '+12025550143';
/** What a form, a header or a log would mangle. */
export const PASSWORD = 'pass "wörd" 🔑\\';
export const NEW = { uid: UID, email: EMAIL, password: PASSWORD };
