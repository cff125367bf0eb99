/** A node: where it cuts, or how many rows ended in it. */
type Node = { feature: number; at: number; below: Node; above: Node } | { size: number };

/**
 * A small stand-in for SageMaker's Random Cut Forest: not its code, and its scores are not SageMaker's. Like there, a
 * feature is cut the likelier the longer its range is, and what few cuts set apart scores high; trees are grown to the
 * end from random samples. A row's score is the depth that is usual of a sample over the row's own, averaged.
 * @see https://proceedings.mlr.press/v48/guha16.html Guha, Mishra, Roy and Schrijvers
 */
export class RandomCutForest {
  private readonly trees: Node[];
  private readonly usualDepth: number;

  constructor(
    rows: readonly Float64Array[],
    { trees, samples }: { trees: number; samples: number },
    random: () => number,
  ) {
    const size = Math.min(samples, rows.length);
    this.usualDepth = Math.log2(Math.max(2, size));
    this.trees = Array.from({ length: trees }, () => grown(drawn(rows, size, random), random));
  }

  /** The higher, the odder; about 1 is usual. */
  score(row: Float64Array): number {
    const sum = this.trees.reduce((total, tree) => total + this.usualDepth / Math.max(1, depthIn(tree, row)), 0);
    return sum / this.trees.length;
  }
}

function drawn(rows: readonly Float64Array[], size: number, random: () => number): Float64Array[] {
  const left = [...rows];
  for (let index = 0; index < size; index++) {
    const other = index + Math.floor(random() * (left.length - index));
    [left[index], left[other]] = [left[other]!, left[index]!];
  }
  return left.slice(0, size);
}

function grown(rows: readonly Float64Array[], random: () => number): Node {
  const ranges: { feature: number; least: number; length: number }[] = [];
  for (let feature = 0; feature < (rows[0]?.length ?? 0); feature++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      least = Math.min(least, row[feature]!);
      most = Math.max(most, row[feature]!);
    }
    if (least < most) ranges.push({ feature, least, length: most - least });
  }
  let position = random() * ranges.reduce((sum, { length }) => sum + length, 0);
  for (const { feature, least, length } of ranges) {
    if (position < length) {
      const at = least + position;
      const below = rows.filter((row) => row[feature]! <= at);
      const above = rows.filter((row) => row[feature]! > at);
      return { feature, at, below: grown(below, random), above: grown(above, random) };
    }
    position -= length;
  }
  // Nothing tells them apart any more.
  return { size: rows.length };
}

function depthIn(tree: Node, row: Float64Array): number {
  let node = tree;
  let depth = 0;
  while ("feature" in node) {
    node = row[node.feature]! <= node.at ? node.below : node.above;
    depth++;
  }
  return depth + (node.size > 1 ? Math.log2(node.size) : 0);
}
