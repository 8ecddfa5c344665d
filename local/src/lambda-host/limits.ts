/** What AWS allows, in the units of its own messages. Sources: "Lambda quotas", "Quotas for an HTTP API". */
export const limits = {
  /** Payload of a synchronous invocation. */
  requestPayloadBytes: 6_291_456,
  /** A hundred bytes more than a request may have: the figure that Lambda's own error message names. */
  responsePayloadBytes: 6_291_556,
  /** Payload of an `Event` invocation. */
  eventPayloadBytes: 1_048_576,
  /** Body of a request to an HTTP API. */
  httpBodyBytes: 10 * 1_048_576,
  /** Request line and header values of a request to an HTTP API, taken together. */
  httpHeadBytes: 10_240,
  /** How long an HTTP API waits for its integration. */
  integrationTimeoutMs: 30_000,
  /** A longer init phase is broken off, and begun anew within the first invocation. */
  initTimeoutMs: 10_000,
  /** How much of the log an invocation's answer carries. */
  logTailBytes: 4_096,
  /** All names and values of a function's own environment variables. */
  environmentBytes: 4_096,
} as const;
