/** Of names, the one that was probably meant; undefined where none is close. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const lowered = given.toLowerCase();
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(lowered, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, Math.floor(lowered.length / 3)) ? best.name : undefined;
}

/** Letters to add, take away, replace or swap with the next: optimal string alignment. */
function distanceOf(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_none, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const best = Math.min(rows[row - 1]![column]! + 1, current[column - 1]! + 1, rows[row - 1]![column - 1]! + cost);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(swapped ? Math.min(best, rows[row - 2]![column - 2]! + 1) : best);
    }
    rows.push(current);
  }
  return rows[a.length]![b.length]!;
}
