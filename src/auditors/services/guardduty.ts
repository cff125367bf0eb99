import {
  DescribePublishingDestinationCommand,
  GetAdministratorAccountCommand,
  GetDetectorCommand,
  GetFilterCommand,
  GetIPSetCommand,
  GetMalwareProtectionPlanCommand,
  GetMalwareScanSettingsCommand,
  GetThreatIntelSetCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  ListFiltersCommand,
  ListIPSetsCommand,
  ListMalwareProtectionPlansCommand,
  ListMembersCommand,
  ListPublishingDestinationsCommand,
  ListThreatIntelSetsCommand,
} from "@aws-sdk/client-guardduty";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail, describe } = reads("guardduty");
const detectors = from(ListDetectorsCommand, "DetectorIds", { as: "DetectorId" });
const detector = { DetectorId: "DetectorId" } as const;
const arn = "arn:{partition}:guardduty:{region}:{account}:detector/{DetectorId}";

/** GuardDuty: whether it watches, what it watches, and what it is told to overlook. */
export const guardduty: Service = {
  name: "guardduty",
  title: "GuardDuty: whether it watches, what it watches, and what it is told to overlook",
  client: GuardDutyClient,
  collectors: [
    list("AWS::GuardDuty::Detector", detectors, {
      id: "DetectorId",
      arn,
      describe: describe(GetDetectorCommand, detector),
      tags: inline("Tags"),
      details: [detail(GetAdministratorAccountCommand, detector), detail(GetMalwareScanSettingsCommand, detector)],
    }),
    list("AWS::GuardDuty::Member", under(detectors, ListMembersCommand, "Members", detector), {
      id: "AccountId",
      redact: ["Email"],
    }),
    list(
      "AWS::GuardDuty::PublishingDestination",
      under(detectors, ListPublishingDestinationsCommand, "Destinations", detector),
      {
        id: "DestinationId",
        arn: `${arn}/publishingDestination/{DestinationId}`,
        describe: describe(DescribePublishingDestinationCommand, { ...detector, DestinationId: "DestinationId" }),
        tags: inline("Tags"),
      },
    ),
    // A filter that archives what it matches is a finding that nobody sees.
    list(
      "AWS::GuardDuty::Filter",
      under(detectors, ListFiltersCommand, "FilterNames", detector, { as: "FilterName" }),
      {
        id: "{DetectorId}/{FilterName}",
        arn: `${arn}/filter/{FilterName}`,
        name: "FilterName",
        describe: describe(GetFilterCommand, { ...detector, FilterName: "FilterName" }),
        tags: inline("Tags"),
      },
    ),
    list("AWS::GuardDuty::IPSet", under(detectors, ListIPSetsCommand, "IpSetIds", detector, { as: "IpSetId" }), {
      id: "IpSetId",
      arn: `${arn}/ipset/{IpSetId}`,
      name: "Name",
      describe: describe(GetIPSetCommand, { ...detector, IpSetId: "IpSetId" }),
      tags: inline("Tags"),
    }),
    list(
      "AWS::GuardDuty::ThreatIntelSet",
      under(detectors, ListThreatIntelSetsCommand, "ThreatIntelSetIds", detector, { as: "ThreatIntelSetId" }),
      {
        id: "ThreatIntelSetId",
        arn: `${arn}/threatintelset/{ThreatIntelSetId}`,
        name: "Name",
        describe: describe(GetThreatIntelSetCommand, { ...detector, ThreatIntelSetId: "ThreatIntelSetId" }),
        tags: inline("Tags"),
      },
    ),
    list("AWS::GuardDuty::MalwareProtectionPlan", from(ListMalwareProtectionPlansCommand, "MalwareProtectionPlans"), {
      id: "MalwareProtectionPlanId",
      arn: "Arn",
      describe: describe(GetMalwareProtectionPlanCommand, { MalwareProtectionPlanId: "MalwareProtectionPlanId" }),
      tags: inline("Tags"),
    }),
  ],
};
