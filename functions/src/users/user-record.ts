import type { Contact } from '../contacts/contact.js';
import type { UserId } from './user-id.js';

export type KycStatus = 'pending' | 'approved' | 'rejected';
/** Only `active` users can log in. */
export type UserStatus = 'pending' | 'active' | 'suspended' | 'banned';

export interface Address {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  readonly zipcode?: string | undefined;
  readonly country?: string | undefined;
}

/** A user's profile. ssn and date of birth are ciphertexts of `FieldCipher`. */
export interface UserRecord {
  readonly uid: UserId;
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
  readonly kyc_status: KycStatus;
  readonly status: UserStatus;
  readonly role: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function contactsOf(user: UserRecord): { email: Contact; phone: Contact } {
  return { email: { kind: 'email', value: user.email }, phone: { kind: 'phone', value: user.phone_number } };
}
