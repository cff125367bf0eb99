/** What scores: this program's own forest wherever the tables are derived, or a model trained in SageMaker. */
export type AnomalyModel = "isolation-forest" | "sagemaker-random-cut-forest";

/** A resource or principal of a run, and where the evidence has it. */
export interface Subject {
  run_id: string;
  account_id: string;
  region: string;
  resource_type: string;
  resource_id: string;
  arn: string | null;
  name: string | null;
  evidence_object: string;
  /** From 1. */
  evidence_line: number;
}

/** A resource or principal that differs from others of its type, and why. */
export interface Anomaly extends Subject {
  model: AnomalyModel;
  /** The model's own measure, the higher the odder: of the isolation forest how much odder, in (0, 1), than with the usual values. Not to be compared between models. */
  score: number;
  /** What sets it apart, most first; never empty. */
  reasons: readonly Reason[];
}

/** A feature in which it differs. */
export interface Reason {
  /** A path in the configuration, with what is measured of it: `MultiAZ`, `Subnets.length`, `Tier is there`. */
  feature: string;
  /** What the subject has there; null: nothing. */
  value: string | number | boolean | null;
  /** What is usual: the most frequent text, the median of numbers. */
  usual: string | number | boolean | null;
  /** In (0, 1]: the share of the type's resources that have the value, or of a number one as far out. */
  share: number;
}

/** A reason in one text: `Engine = "oracle-ee" (usual "postgres"; 0.6 % have such)`. */
export const reasonText = ({ feature, value, usual, share }: Reason): string =>
  `${feature} = ${shown(value)} (usual ${shown(usual)}; ${Number((share * 100).toPrecision(2))} % have such)`;

const shown = (value: Reason["value"]): string => (value === null ? "nothing" : JSON.stringify(value));
