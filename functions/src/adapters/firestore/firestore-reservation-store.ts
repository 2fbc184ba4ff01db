import type {
  ReadReservation,
  ReservationClaim,
  ReservationKey,
  ReservationRecord,
} from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create, type Write } from './writes.js';

export class FirestoreReservationStore implements ReservationStore {
  constructor(private readonly access: FirestoreAccess) {}

  reserve(reservation: ReservationRecord): Promise<readonly ReservationClaim[] | null> {
    const writes = reservation.keys.map((key) => create(reservationPath(key), { ...reservation }));
    return this.claim('reservations.reserve', reservation.keys, writes);
  }

  async find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]> {
    const reading = keys.map((key) => this.access.get('reservations.find', reservationPath(key)));
    return (await Promise.all(reading)).flatMap((document) => (document === null ? [] : [fromDocument(document)]));
  }

  async findAbandoned(time: Date, limit: number, after?: ReadReservation): Promise<readonly ReadReservation[]> {
    const page = after?.leaseUntil ? { time: after.leaseUntil, id: after.key } : undefined;
    const until = { field: 'leaseUntil', time, after: page };
    const query = { collection: 'reservations', until, limit };
    return (await this.access.query('reservations.findAbandoned', query)).map(fromDocument);
  }

  renew(claims: readonly ReservationClaim[], leaseUntil: Date): Promise<readonly ReservationClaim[] | null> {
    const keys = claims.map(({ key }) => key);
    const writes = claims.map((claim) => changeOf(claim, { leaseUntil }));
    return this.claim('reservations.renew', keys, writes);
  }

  release(claims: readonly ReservationClaim[]): Promise<boolean> {
    return this.access.commitUnlessMissed('reservations.release', claims.map(releaseOf));
  }

  private async claim(operation: string, keys: readonly ReservationKey[], writes: readonly Write[]) {
    const versions = await this.access.commitForVersions(operation, writes);
    return versions === null ? null : keys.map((key, index) => ({ key, version: versions[index] ?? '' }));
  }
}

export function reservationPath(key: ReservationKey): string {
  return `reservations/${key}`;
}

/** A change that only whoever has the claim can make. */
export function changeOf({ key, version }: ReservationClaim, fields: Partial<ReservationRecord>): Write {
  return { path: reservationPath(key), fields, when: { version } };
}

/** Gives a reservation up, which only whoever has the claim can. */
export function releaseOf({ key, version }: ReservationClaim): Write {
  return { delete: reservationPath(key), when: { version } };
}

function fromDocument({ id, data, version }: StoredDocument): ReadReservation {
  const { pool, uid, state, fingerprint, keys, leaseUntil } = data;
  return { key: id as ReservationKey, pool, uid, state, fingerprint, keys, leaseUntil, version };
}
