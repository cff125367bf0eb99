import { controlFacts, severityMark, verdictMark } from "./controlFacts.ts";
import { code, evidenceFacts, facts, showDetails } from "./details.ts";
import { element } from "./element.ts";
import type { FindingRow } from "./findingRows.ts";

/** The resource's name; of a finding about a type that has no resource, the type. */
export const nameOf = ({ name, type }: FindingRow): string => name ?? `all of ${type.replace(/^AWS::/, "")}`;

/** Opens a finding: why, of which resource, the objects of evidence, and its control. */
export function showFinding(finding: FindingRow): void {
  const { control, evidence } = finding;
  showDetails(
    nameOf(finding),
    element("p", { class: "line" }, severityMark(control), " ", verdictMark(finding.status), " ", control.title),
    facts([
      ["Why", finding.note],
      ["Id", finding.name === finding.id ? null : finding.id],
      ["ARN", finding.arn ? code(finding.arn) : null],
      ["Type", finding.type],
      ["Account, region", `${finding.account}, ${finding.region || "every region"}`],
    ]),
    element("h3", {}, "Evidence"),
    ...(evidence.length
      ? evidence.map(evidenceFacts)
      : [
          element(
            "p",
            {},
            finding.status === "unknown"
              ? "Not known, because no evidence was collected."
              : "There is no resource: the run's outcomes show that the type was listed.",
          ),
        ]),
    element("h3", {}, "Control"),
    controlFacts(control),
  );
}
