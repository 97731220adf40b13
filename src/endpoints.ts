/** Where the parts of one installation answer, derived once from the configuration; checks and triage ask there. */
export interface Endpoints {
  /** Base URL of the gateway's API, without `/v1`. */
  readonly gateway: string;
  /** Base URL of the gateway's `/metrics` and `/inflight`. */
  readonly gatewayMetrics: string;
  /** Base URL of each Ollama. */
  readonly ollama: readonly string[];
  /** Base URL of the ops page. */
  readonly page: string;
}
