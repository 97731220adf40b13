/** Where an open request is: waiting in our queue, for the model to load, for the first token, or receiving tokens. */
export const phases = ['admission', 'queue', 'load', 'prefill', 'decode'] as const;

export type Phase = (typeof phases)[number];

/** One open request as `/inflight` of the gateway shows it; triage reads it, because a stuck request has no log line yet. */
export interface InFlight {
  readonly request_id: string;
  /** Seconds since the request arrived. */
  readonly age: number;
  readonly phase: Phase;
  /** Seconds in this phase. */
  readonly phase_age: number;
  readonly backend: string | null;
  readonly model: string | null;
  readonly stream: boolean;
  readonly user_id: string | null;
  readonly client_ip: string;
}

export interface InFlightReply {
  readonly requests: readonly InFlight[];
}
