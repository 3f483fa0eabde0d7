// The version of the events that leave a run.

/** Grows when a field is removed or changes its meaning. Events and fields may be added without it. */
export const streamVersion = 1
