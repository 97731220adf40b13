import type { Board } from '../../dashboards/board.ts';
import { buildBoard } from '../../dashboards/builder.ts';
import { discover } from '../../src/discover.ts';
import type { GeneratedFile } from './file.ts';

const folder = new URL('../../dashboards/boards/', import.meta.url);

/** Grafana's JSON of every board. */
export async function renderBoards(): Promise<GeneratedFile[]> {
  const boards = await discover<Board>(folder);
  return boards.map(({ name, unit }) => ({
    path: `dashboards/generated/${name}.json`,
    text: `${JSON.stringify(buildBoard(unit), null, 2)}\n`,
  }));
}
