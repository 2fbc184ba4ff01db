import { z } from 'zod';
import { CHALLENGE_PURPOSES, type ChallengeKey } from '../codes/challenge-record.js';
import type { OrgId } from '../orgs/org-id.js';
import { isAllowedOrgId } from '../orgs/org-rules.js';
import type { FieldCipher } from '../pii/field-cipher.js';
import { isGivenUserId, type UserId } from '../users/user-id.js';
import { type DeliveryId, deliveryId } from './delivery-id.js';
import { LOCALES } from './locale.js';
import { NOTICE_KINDS } from './message.js';

const org = z.custom<OrgId>((id) => typeof id === 'string' && isAllowedOrgId(id)).nullable();
export const contactSchema = z.object({ kind: z.enum(['email', 'phone']), value: z.string() });
const locale = z.enum(LOCALES);

const jobSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('code'),
    id: z.custom<DeliveryId>(deliveryId.is),
    orgId: org,
    message: z.object({
      to: contactSchema,
      purpose: z.enum(CHALLENGE_PURPOSES),
      code: z.string(),
      place: z.custom<ChallengeKey>((key) => typeof key === 'string'),
      sequence: z.number(),
      lifetimeSeconds: z.number(),
      locale,
    }),
    /** Milliseconds since the epoch: what is not sent by then is worth nothing. */
    sendBefore: z.number(),
    /** Nobody has the contact: it is worked off like any other, and not sent. */
    isForNobody: z.boolean(),
    /** Whether the destination's own limit has admitted it already. */
    isCounted: z.boolean(),
    /** Where the code goes while text messages can't be sent. */
    fallback: contactSchema.nullable(),
  }),
  z.object({
    kind: z.literal('notice'),
    orgId: org,
    uid: z.custom<UserId>(isGivenUserId),
    notice: z.object({
      kind: z.enum(NOTICE_KINDS),
      /** Names what happened: of one event each address is told once, however often this is worked off. */
      eventId: z.string(),
      /** When it happened, in milliseconds since the epoch. */
      at: z.number(),
      locale,
      /** A contact that was theirs until then, as `NoticeService.seal` makes it: it is told too. */
      former: z.string().optional(),
    }),
  }),
]);

export type Job = z.output<typeof jobSchema>;
export type CodeJob = Extract<Job, { readonly kind: 'code' }>;
export type NoticeJob = Extract<Job, { readonly kind: 'notice' }>;
/** Something that happened to an account, of which its owner is told. */
export type Notice = NoticeJob['notice'];

const QUEUE_PLACE = { poolId: 'queue', uid: 'deliver', field: 'payload' };

/** Longer than any job: an e-mail address is longer than a phone number, and only somebody known has both. */
const PADDED_LENGTH = 1_024;

/** Every sealed job is as long as the other. */
export function sealJob(cipher: FieldCipher, job: Job): string {
  return cipher.encrypt(QUEUE_PLACE, JSON.stringify(job).padEnd(PADDED_LENGTH));
}

/** @throws Error when somebody else has written it. */
export function openJob(cipher: FieldCipher, sealed: string): Job {
  return jobSchema.parse(JSON.parse(cipher.decrypt(QUEUE_PLACE, sealed)));
}
