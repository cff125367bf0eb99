import { hiddenRateRun } from "../../simulation/hiddenRate.ts";
import { type Line, type Row, seconds, times } from "../row.ts";

const REGIONS = "eu-central-1,eu-north-1,eu-west-1,eu-west-2,eu-west-3,us-east-1,us-east-2,us-west-2".split(",");
/** Of each region: what takes a call each. */
const GROUPS = 200;
const RATIO = 1.25;
/** What a service may allow in a region of an account, and a workload's calls a second there. */
const RATES = [
  { size: 10, refill: 2, workload: 1 },
  { size: 20, refill: 5, workload: 3 },
  { size: 50, refill: 10, workload: 5 },
];

async function refused(regions: readonly string[], { workload, ...rate }: (typeof RATES)[number]) {
  const {
    took,
    violations,
    collected,
    run,
    workload: own,
  } = await hiddenRateRun({ regions, rate, groups: GROUPS, workload });
  return {
    took,
    violations,
    text: `${seconds(took)}, ${run.refused} of ${run.attempts} attempts of the run refused, ${own.refused} of ${own.attempts} of the workload's, ${collected} of ${regions.length} regions collected`,
  };
}

/** What a service costs that refuses calls by a rate that it does not document. */
export const row: Row = {
  name: "refused",
  title: `${REGIONS.length} regions of an account that each refuse calls, ${GROUPS} to be made in each, in virtual time`,
  measure: async () => {
    const lines: Line[] = [];
    for (const rate of RATES) {
      const one = await refused(REGIONS.slice(0, 1), rate);
      const all = await refused(REGIONS, rate);
      const ratio = all.took / one.took;
      lines.push({
        what: `${REGIONS.length} regions against one, ${rate.size} calls at once and ${rate.refill} a second, a workload of ${rate.workload} a second in one of them`,
        measured: times(ratio),
        target: { text: `≤ ${RATIO} ×`, met: ratio <= RATIO && !one.violations.length && !all.violations.length },
        from: `one: ${one.text}; all: ${all.text}`,
      });
    }
    return lines;
  },
};
