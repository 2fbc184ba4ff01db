import { type Firestore, Timestamp } from '@google-cloud/firestore';
import type { ReadReservation, ReservationKey, ReservationRecord } from '../../users/reservation-record.js';
import type { ReservationStore } from '../../users/reservation-store.js';
import { commitUnlessMissed, type FirestoreAccess } from './firestore-access.js';

export class FirestoreReservationStore implements ReservationStore {
  constructor(private readonly access: FirestoreAccess) {}

  async reserve(reservation: ReservationRecord): Promise<boolean> {
    return this.access.run('reservations.reserve', { writes: reservation.keys.length }, ({ db }) => {
      const batch = db.batch();
      for (const key of reservation.keys) batch.create(reservationRef(db, key), { ...reservation });
      return commitUnlessMissed(batch.commit());
    });
  }

  async find(keys: readonly ReservationKey[]): Promise<readonly ReadReservation[]> {
    const snapshots = await this.access.run('reservations.find', { reads: keys.length }, ({ db }) =>
      db.getAll(...keys.map((key) => reservationRef(db, key))),
    );
    return snapshots.flatMap((snapshot) => {
      const data = snapshot.data();
      if (data === undefined || snapshot.updateTime === undefined) return [];
      const { uid, state, fingerprint, keys: all, leaseUntil } = data;
      const { seconds, nanoseconds } = snapshot.updateTime;
      const version = `${seconds}.${nanoseconds}`;
      return [
        {
          key: snapshot.id as ReservationKey,
          uid,
          state,
          fingerprint,
          keys: all,
          leaseUntil: leaseUntil.toDate(),
          version,
        },
      ];
    });
  }

  async renew(reservations: readonly ReadReservation[], leaseUntil: Date): Promise<boolean> {
    return this.access.run('reservations.renew', { writes: reservations.length }, ({ db }) => {
      const batch = db.batch();
      for (const { key, version } of reservations) {
        const [seconds, nanoseconds] = version.split('.').map(Number);
        batch.update(
          reservationRef(db, key),
          { leaseUntil },
          { lastUpdateTime: new Timestamp(seconds ?? 0, nanoseconds ?? 0) },
        );
      }
      return commitUnlessMissed(batch.commit());
    });
  }

  async release(keys: readonly ReservationKey[]): Promise<void> {
    await this.access.run('reservations.release', { deletes: keys.length }, async ({ db }) => {
      const batch = db.batch();
      for (const key of keys) batch.delete(reservationRef(db, key));
      await batch.commit();
    });
  }
}

export function reservationRef(db: Firestore, key: ReservationKey) {
  return db.doc(`reservations/${key}`);
}
