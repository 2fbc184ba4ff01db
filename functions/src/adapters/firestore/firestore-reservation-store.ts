import type { ReadReservation, ReservationKey, ReservationRecord } from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import type { FirestoreAccess, StoredDocument } from './firestore-access.js';
import { create } from './writes.js';

export class FirestoreReservationStore implements ReservationStore {
  constructor(private readonly access: FirestoreAccess) {}

  reserve(reservation: ReservationRecord): Promise<boolean> {
    const writes = reservation.keys.map((key) => create(reservationPath(key), { ...reservation }));
    return this.access.commitUnlessMissed('reservations.reserve', writes);
  }

  async find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]> {
    const reading = keys.map((key) => this.access.get('reservations.find', reservationPath(key)));
    return (await Promise.all(reading)).flatMap((document) => (document === null ? [] : [fromDocument(document)]));
  }

  renew(reservations: readonly ReadReservation[], leaseUntil: Date): Promise<boolean> {
    const writes = reservations.map(({ key, version }) => ({
      path: reservationPath(key),
      fields: { leaseUntil },
      when: { version },
    }));
    return this.access.commitUnlessMissed('reservations.renew', writes);
  }

  async release(keys: readonly ReservationKey[]): Promise<void> {
    await this.access.commit(
      'reservations.release',
      keys.map((key) => ({ delete: reservationPath(key) })),
    );
  }
}

export function reservationPath(key: ReservationKey): string {
  return `reservations/${key}`;
}

function fromDocument({ id, data, version }: StoredDocument): ReadReservation {
  const { uid, state, fingerprint, keys, leaseUntil } = data;
  return { key: id as ReservationKey, uid, state, fingerprint, keys, leaseUntil, version };
}
