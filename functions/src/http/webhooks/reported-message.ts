import { z } from 'zod';
import { type DeliveryId, deliveryId } from '../../delivery/delivery-id.js';
import { MESSAGE_PURPOSES } from '../../delivery/message.js';
import type { OrgId } from '../../orgs/org-id.js';
import { isAllowedOrgId } from '../../orgs/org-rules.js';

/** What we have given the provider to send back with its reports. `org` is empty for the users outside all orgs. */
export const reportedMessage = z.object({
  delivery: z.custom<DeliveryId>(deliveryId.is),
  purpose: z.enum(MESSAGE_PURPOSES),
  org: z
    .string()
    .default('')
    .refine((id) => id === '' || isAllowedOrgId(id))
    .transform((id) => (id === '' ? null : (id as OrgId))),
});
