import { runRow } from "./run.ts";

/** Times the databases and roles of row `run`: some 40 instances in a region, which is RDS's default quota. */
const SIZE = 10;

/** Row `run` over accounts in which more of the calls find something. */
export const row = runRow("larger", SIZE);
