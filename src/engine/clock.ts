/** Time as SQL counts it: microseconds since 2000-01-01 UTC. */
const epoch2000Ms = 946_684_800_000;

/** From the monotonic clock, set right by the wall clock when the two drift apart. */
let offsetMs = performance.timeOrigin - epoch2000Ms;
const driftMaxMs = 5;

export function nowMicros(): number {
  const elapsed = performance.now();
  return Math.round((elapsed + offsetMs) * 1000);
}

/** Follows changes of the wall clock; called now and then. */
export function adjustClock(): void {
  const wall = Date.now() - epoch2000Ms;
  if (Math.abs(wall - (performance.now() + offsetMs)) > driftMaxMs) offsetMs = wall - performance.now();
}
