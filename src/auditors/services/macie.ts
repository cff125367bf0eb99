import {
  DescribeClassificationJobCommand,
  GetAdministratorAccountCommand,
  GetAllowListCommand,
  GetAutomatedDiscoveryConfigurationCommand,
  GetBucketStatisticsCommand,
  GetClassificationExportConfigurationCommand,
  GetCustomDataIdentifierCommand,
  GetFindingsFilterCommand,
  GetFindingsPublicationConfigurationCommand,
  GetMacieSessionCommand,
  GetRevealConfigurationCommand,
  ListAllowListsCommand,
  ListClassificationJobsCommand,
  ListCustomDataIdentifiersCommand,
  ListFindingsFiltersCommand,
  ListMembersCommand,
  Macie2Client,
} from "@aws-sdk/client-macie2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list, detail, describe } = reads("macie2");
const notEnabled = [/^AccessDeniedException: Macie is not enabled/];
const onlyWithSession: OnlyWith = {
  type: "AWS::Macie::Session",
  because: "https://docs.aws.amazon.com/macie/latest/APIReference/macie.html",
};

/** Macie: whether buckets are searched for personal data, which are, and who may see what is found. */
export const macie: Service = {
  name: "macie",
  title: "Macie: whether buckets are searched for personal data, which are, and who may see what is found",
  client: Macie2Client,
  collectors: [
    list("AWS::Macie::Session", from(GetMacieSessionCommand), {
      details: [
        detail(GetAdministratorAccountCommand),
        detail(GetAutomatedDiscoveryConfigurationCommand),
        detail(GetClassificationExportConfigurationCommand),
        detail(GetFindingsPublicationConfigurationCommand),
        detail(GetRevealConfigurationCommand),
        detail(GetBucketStatisticsCommand, { accountId: "{account}" }),
      ],
      notEnabled,
    }),
    list("AWS::Macie::ClassificationJob", from(ListClassificationJobsCommand, "items"), {
      onlyWith: onlyWithSession,
      id: "jobId",
      arn: "jobArn",
      name: "name",
      notSecret: { clientToken: "what made the creation of the job happen once" },
      describe: describe(DescribeClassificationJobCommand, { jobId: "jobId" }),
      tags: inline("tags"),
      notEnabled,
    }),
    list("AWS::Macie::CustomDataIdentifier", from(ListCustomDataIdentifiersCommand, "items"), {
      onlyWith: onlyWithSession,
      id: "id",
      arn: "arn",
      name: "name",
      describe: describe(GetCustomDataIdentifierCommand, { id: "id" }),
      tags: inline("tags"),
      notEnabled,
    }),
    list("AWS::Macie::AllowList", from(ListAllowListsCommand, "allowLists"), {
      onlyWith: onlyWithSession,
      id: "id",
      arn: "arn",
      name: "name",
      describe: describe(GetAllowListCommand, { id: "id" }),
      tags: inline("tags"),
      notEnabled,
    }),
    list("AWS::Macie::FindingsFilter", from(ListFindingsFiltersCommand, "findingsFilterListItems"), {
      onlyWith: onlyWithSession,
      id: "id",
      arn: "arn",
      name: "name",
      tags: inline("tags"),
      details: [detail(GetFindingsFilterCommand, { id: "id" })],
      notEnabled,
    }),
    list("AWS::Macie::Member", from(ListMembersCommand, "members", { input: { onlyAssociated: "false" } }), {
      onlyWith: onlyWithSession,
      id: "accountId",
      arn: "arn",
      tags: inline("tags"),
      redact: ["email"],
      notEnabled,
    }),
  ],
};
