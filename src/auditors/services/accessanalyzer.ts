import {
  AccessAnalyzerClient,
  ListAnalyzersCommand,
  ListArchiveRulesCommand,
  ListFindingsV2Command,
} from "@aws-sdk/client-accessanalyzer";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail } = reads("access-analyzer");
const analyzers = from(ListAnalyzersCommand, "analyzers");

/** Access Analyzer: what outside can reach in, and which access lies unused. */
export const accessanalyzer: Service = {
  name: "accessanalyzer",
  title: "Access Analyzer: what outside can reach in, and which access lies unused",
  client: AccessAnalyzerClient,
  collectors: [
    list("AWS::AccessAnalyzer::Analyzer", analyzers, {
      id: "name",
      arn: "arn",
      tags: inline("tags"),
      // Findings that a rule archives are seen by nobody.
      details: [detail(ListArchiveRulesCommand, { analyzerName: "name" })],
    }),
    list(
      "AWS::AccessAnalyzer::Finding",
      under(
        analyzers,
        ListFindingsV2Command,
        "findings",
        { analyzerArn: "arn", filter: { status: { eq: ["ACTIVE"] } } },
        { action: "access-analyzer:ListFindings" },
      ),
      { id: "id" },
    ),
  ],
};
