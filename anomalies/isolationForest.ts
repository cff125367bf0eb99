/** A node: where it splits, or how many of the sample ended in it. */
type Node = { feature: number; at: number; below: Node; above: Node } | { size: number };

/** Rows that a tree is grown from, and trees: the numbers of the paper, beyond which little changes. */
const SAMPLE = 256;
const TREES = 200;

/**
 * An isolation forest: what random splits set apart early is odd. A feature is drawn the likelier the heavier its tails
 * are (its kurtosis): most settings of a resource vary freely, and would hide the few in which one stands alone.
 * @see https://doi.org/10.1109/ICDM.2008.17 Liu, Ting and Zhou
 */
export class IsolationForest {
  private readonly trees: Node[];
  private readonly usualDepth: number;

  /** @param random in [0, 1); the same numbers grow the same forest */
  constructor(rows: readonly Float64Array[], random: () => number) {
    const size = Math.min(SAMPLE, rows.length);
    const deepest = Math.ceil(Math.log2(Math.max(2, size)));
    this.usualDepth = depthOf(size);
    const weights = Float64Array.from(rows[0] ?? [], (_value, feature) => kurtosis(rows, feature));
    this.trees = Array.from({ length: TREES }, () => grow(drawn(rows, size, random), weights, deepest, random));
  }

  /** In (0, 1): about 0.5 is usual, and the nearer to 1 the odder. */
  score(row: Float64Array): number {
    const depth = this.trees.reduce((sum, tree) => sum + depthIn(tree, row), 0) / this.trees.length;
    return 2 ** (-depth / this.usualDepth);
  }
}

/** So many different rows. */
function drawn(rows: readonly Float64Array[], size: number, random: () => number): Float64Array[] {
  const left = [...rows];
  for (let index = 0; index < size; index++) {
    const other = index + Math.floor(random() * (left.length - index));
    [left[index], left[other]] = [left[other]!, left[index]!];
  }
  return left.slice(0, size);
}

/** Fourth moment over the square of the second: 1 for a coin, 3 for a bell, and the more the rarer the outliers. */
function kurtosis(rows: readonly Float64Array[], feature: number): number {
  const mean = rows.reduce((sum, row) => sum + row[feature]!, 0) / rows.length;
  let [second, fourth] = [0, 0];
  for (const row of rows) {
    const square = (row[feature]! - mean) ** 2;
    second += square;
    fourth += square * square;
  }
  return second ? (fourth * rows.length) / second ** 2 : 0;
}

/** @param levels that may still be grown */
function grow(rows: readonly Float64Array[], weights: Float64Array, levels: number, random: () => number): Node {
  if (rows.length <= 1 || levels === 0) return { size: rows.length };
  const ranges: { feature: number; least: number; most: number }[] = [];
  for (let feature = 0; feature < rows[0]!.length; feature++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      least = Math.min(least, row[feature]!);
      most = Math.max(most, row[feature]!);
    }
    if (least < most) ranges.push({ feature, least, most });
  }
  let place = random() * ranges.reduce((sum, range) => sum + weights[range.feature]!, 0);
  const chosen = ranges.find((range) => {
    place -= weights[range.feature]!;
    return place < 0;
  });
  if (!chosen) return { size: rows.length };
  const { feature, least, most } = chosen;
  const at = least + random() * (most - least);
  return {
    feature,
    at,
    below: grow(
      rows.filter((row) => row[feature]! <= at),
      weights,
      levels - 1,
      random,
    ),
    above: grow(
      rows.filter((row) => row[feature]! > at),
      weights,
      levels - 1,
      random,
    ),
  };
}

function depthIn(tree: Node, row: Float64Array): number {
  let node = tree;
  let depth = 0;
  while ("feature" in node) {
    node = row[node.feature]! <= node.at ? node.below : node.above;
    depth++;
  }
  return depth + depthOf(node.size);
}

/** Mean depth of an unsuccessful search in a binary tree of so many. */
const depthOf = (size: number): number =>
  size <= 1 ? 0 : size === 2 ? 1 : 2 * (Math.log(size - 1) + 0.5772156649) - (2 * (size - 1)) / size;
