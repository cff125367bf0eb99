/** A node: where it splits, or how many of the sample ended in it. */
type Node = { feature: number; at: number; below: Node; above: Node } | { size: number };

/** Rows that a tree is grown from, and trees: the numbers of the paper, beyond which little changes. */
const SAMPLE = 256;
const TREES = 200;
/** The kurtosis of a value that one in fifty has: what is rarer still does not hide it. */
const HEAVIEST = 50;

/**
 * An isolation forest: what random splits set apart early is odd. A feature is drawn the likelier the heavier its tails
 * are (its kurtosis): most settings of a resource vary freely, and would hide the few in which one stands alone. It is
 * first cut between the ends that it has among all rows: an outlier need not be in a tree's sample to be set apart by it.
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
    const weights = Float64Array.from(rows[0] ?? [], (_value, feature) => Math.min(HEAVIEST, kurtosis(rows, feature)));
    const bounds = [...weights.keys()].map((feature) => boundsOf(rows, feature));
    this.trees = Array.from({ length: TREES }, () => grow(drawn(rows, size, random), bounds, weights, deepest, random));
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

/**
 * @param bounds within which each feature is cut: those of all rows till it was cut above, then those of the rows here
 * @param levels that may still be grown
 */
function grow(
  rows: readonly Float64Array[],
  bounds: readonly Bounds[],
  weights: Float64Array,
  levels: number,
  random: () => number,
): Node {
  if (rows.length <= 1 || levels === 0) return { size: rows.length };
  const weightOf = ({ least, most }: Bounds, feature: number): number => (least < most ? weights[feature]! : 0);
  let position = random() * bounds.reduce((sum, each, feature) => sum + weightOf(each, feature), 0);
  const feature = bounds.findIndex((each, at) => {
    position -= weightOf(each, at);
    return position < 0;
  });
  if (feature < 0) return { size: rows.length };
  const { least, most } = bounds[feature]!;
  const at = least + random() * (most - least);
  const side = (is: (value: number) => boolean): Node => {
    const own = rows.filter((row) => is(row[feature]!));
    return grow(own, bounds.with(feature, boundsOf(own, feature)), weights, levels - 1, random);
  };
  return { feature, at, below: side((value) => value <= at), above: side((value) => value > at) };
}

interface Bounds {
  least: number;
  most: number;
}

function boundsOf(rows: readonly Float64Array[], feature: number): Bounds {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = row[feature]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
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
