import type { S3Client } from "@aws-sdk/client-s3";
import type { STSClient } from "@aws-sdk/client-sts";
import { accessByRole } from "../src/collect/accountSession.ts";
import { awsClock } from "../src/collect/awsClock.ts";
import type { TaskRun } from "../src/collect/taskRun.ts";
import { bucketStore } from "../src/evidence/bucketStore.ts";

/** A task of one account as the boss hands it out, and what it is to know of the deployment. */
export const databaseTask = (
  account: string,
  regions: readonly string[],
  { s3, sts }: { s3: S3Client; sts: STSClient },
): Omit<TaskRun, "auditor" | "client"> => ({
  runId: "01JDT3SAPG0000000000000000",
  date: "2026-11-24",
  task: {
    id: "rds-0000",
    auditor: "rds",
    accounts: [account],
    regions: [...regions],
    group: { index: 0, tasks: 1, of: 1 },
  },
  attempt: "bench",
  clock: awsClock(),
  digestKey: "0123456789abcdef",
  apiShare: 1,
  account: "999999999999",
  access: accessByRole(sts, { partition: "aws", roleName: "audit", externalId: "external" }),
  evidence: bucketStore(s3, "evidence"),
  homeRegion: "us-east-1",
  deadline: new AbortController().signal,
  now: Date.now,
  wait: async () => undefined,
});

/** What STS answers to AssumeRole. */
export const session = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>${"t".repeat(300)}</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

/** What EC2 answers to DescribeRegions where all of these are open. */
export const openRegions = (names: readonly string[]): string =>
  `<DescribeRegionsResponse><regionInfo>${names.map((name) => `<item><regionName>${name}</regionName><optInStatus>opt-in-not-required</optInStatus></item>`).join("")}</regionInfo></DescribeRegionsResponse>`;
