import type { Contact, ContactKind } from '../contacts/contact.js';
import type { Edited } from '../edits/edited.js';
import type { UserId } from './user-id.js';

export const KYC_STATUSES = ['pending', 'approved', 'rejected'] as const;
export type KycStatus = (typeof KYC_STATUSES)[number];
/** Only `active` users can log in. */
export const USER_STATUSES = ['pending', 'active', 'suspended', 'banned'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** What an admin decides about a user. */
export interface UserTerms {
  readonly kyc_status: KycStatus;
  readonly status: UserStatus;
  readonly role: string;
}

export interface Address {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  readonly zipcode?: string | undefined;
  readonly country?: string | undefined;
}

/** A user of whichever pool, as passwords, codes, sessions and messages go by it. */
export interface PoolUser {
  readonly uid: UserId;
  /** null where there is none: a user of the main app may have neither, or only one. */
  readonly email: string | null;
  readonly phone_number: string | null;
  /** Whether somebody has used a code that went there. Mail and messages about the account go to such contacts alone. */
  readonly email_verified: boolean;
  readonly phone_verified: boolean;
  readonly status: UserStatus;
  readonly role: string;
}

/** A partner's user: the profile, as the service goes by it. ssn and date of birth are ciphertexts of `FieldCipher`. */
export interface UserRecord extends UserTerms, PoolUser {
  readonly email: string;
  readonly phone_number: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly ssn: string;
  readonly date_of_birth: string | null;
  readonly address: Address | null;
  readonly secondary_address: Address | null;
  /** JSON text: Firestore has rules for keys and nesting that a partner's metadata need not keep. */
  readonly metadata: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The document behind a user. */
export interface UserDocument extends Edited<UserTerms> {
  readonly profile: Omit<UserRecord, keyof UserTerms>;
  /** Whether sessions and Identity Platform follow the status that is in force. */
  readonly isEnforced: boolean;
}

/** The user that a document makes. Only who is active by what is written and by what is in force is active. */
export function userOf({ profile, written, inForce }: UserDocument): UserRecord {
  return { ...profile, ...inForce, status: strictest(written.status, inForce.status) };
}

function strictest(written: unknown, inForce: UserStatus): UserStatus {
  if (inForce !== 'active') return inForce;
  return USER_STATUSES.find((status) => status === written) ?? 'suspended';
}

export function contactsOf(user: UserRecord): { email: Contact; phone: Contact };
export function contactsOf(user: PoolUser): { email: Contact | null; phone: Contact | null };
export function contactsOf({ email, phone_number }: PoolUser) {
  return { email: contactOf('email', email), phone: contactOf('phone', phone_number) };
}

export function verifiedContactsOf(user: PoolUser): readonly Contact[] {
  return Object.values(contactsOf(user)).flatMap((one) => (one !== null && isVerified(user, one.kind) ? [one] : []));
}

function contactOf(kind: ContactKind, value: string | null): Contact | null {
  return value === null ? null : { kind, value };
}

export function isVerified(user: PoolUser, kind: ContactKind): boolean {
  return kind === 'email' ? user.email_verified : user.phone_verified;
}
