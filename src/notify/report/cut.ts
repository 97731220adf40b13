const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Columns of a character on a terminal: Chinese ones take two. */
const columnsOf = (character: string): number => (wide.test(character) ? 2 : 1);

/** A line of at most so many columns; what does not fit is left out, and said with an ellipsis. */
export function cut(line: string, columns: number): string {
  const characters = [...line];
  const width = characters.reduce((sum, character) => sum + columnsOf(character), 0);
  if (width <= columns) return line;
  let used = 1;
  const kept = characters.filter((character) => {
    used += columnsOf(character);
    return used <= columns;
  });
  return `${kept.join('')}…`;
}
