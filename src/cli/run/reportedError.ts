// Thrown for an error that the reporter of the run has reported already.

/** `cause` is the error. */
export class ReportedError extends Error {
  constructor(cause: unknown) {
    super('Reported.', { cause })
  }
}
