// Zones of firewalld for tests.

import type { ZoneSettings, ZoneState } from '../../../tasks/network/zoneReading.ts'

export const emptyZone: ZoneSettings = {
  ports: [],
  rules: [],
  services: [],
  sources: [],
  forwards: [],
  masquerade: false,
  target: 'default',
}

/** The zone public with these settings at runtime (undefined: firewalld is stopped) and permanently. */
export function publicZone(
  runtime: Partial<ZoneSettings> | undefined,
  permanent: Partial<ZoneSettings>,
): ZoneState {
  return {
    zone: 'public',
    isRunning: runtime !== undefined,
    ...(runtime ? { runtime: { ...emptyZone, ...runtime } } : {}),
    permanent: { ...emptyZone, ...permanent },
  }
}
