import { type Brand, prefixedId } from '../lib/brand.js';

export type SessionId = Brand<'SessionId'>;

export const sessionId = prefixedId<'SessionId'>('ses');
