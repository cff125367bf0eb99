import * as aws from "@pulumi/aws";
import { AuditAccount, MemberAccount } from "audit-ecosystem";
import { loadAuditors, ownAuditor } from "audit-ecosystem/auditors";
import { capacityfleets } from "./capacityfleets.ts";

// The audit account by the program's own credentials, one member by a profile: a company with few accounts needs no more.
const memberAccountId = "111111111111";
const member = new aws.Provider("member", { profile: "member", allowedAccountIds: [memberAccountId] });

const auditors = [...(await loadAuditors(["rds", "iam"])), await ownAuditor(capacityfleets)];

const audit = new AuditAccount("audit", {
  auditors,
  accounts: { ids: [memberAccountId] },
  regions: ["eu-central-1", "eu-west-1"],
  schedules: [{ name: "nightly", expression: "cron(0 3 * * ? *)", timezone: "UTC" }],
});

new MemberAccount(
  "member",
  {
    auditAccountId: aws.getCallerIdentityOutput().accountId,
    externalId: audit.externalId,
    auditors,
  },
  { providers: [member] },
);

export const { bossName, bucketName } = audit;
