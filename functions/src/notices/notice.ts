import type { Locale } from '../delivery/locale.js';
import type { NoticeKind } from '../delivery/message.js';

/** Something that happened to an account, of which its owner is told. */
export interface Notice {
  readonly kind: NoticeKind;
  /** Names what happened: of one event each address is told once, however often it is told again. */
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly locale: Locale;
}
