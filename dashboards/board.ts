import type { Panel } from '../src/panel.ts';

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** One Grafana board: which panels, in the order in which the person on call reads them. */
export interface Board {
  /** Stable; alert links use it. At most 40 characters. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly BoardRow[];
}
