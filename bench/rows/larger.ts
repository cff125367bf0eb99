import { runRow } from "./run.ts";

/** Times the databases and roles of row `run`: some 200 instances in a region and 150 roles in an account. */
const SIZE = 50;

/** Row `run` over accounts in which more of the calls find something. */
export const row = runRow("larger", SIZE);
