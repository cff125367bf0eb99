import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import type { Context } from "aws-lambda";
import pLimit from "p-limit";
import * as z from "zod";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import { type AccountFacts, accountFacts } from "../src/doctor/accountFacts.ts";
import { WAITS } from "../src/runtime/clients.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { DoctorSettings, settingsFrom } from "../src/runtime/settings.ts";

/** Accounts of one request: its answer stays far below Lambda's 6 MB. */
export const ACCOUNTS_AT_MOST = 20;
const ACCOUNTS_AT_ONCE = 10;

const Request = z.strictObject({
  accounts: z.array(z.string().regex(/^\d{12}$/, "an AWS account id has 12 digits")).max(ACCOUNTS_AT_MOST),
});

/** What is deployed, as the program that deployed it was told. */
export interface Deployed {
  auditors: readonly string[];
  undeclared: UndeclaredTypes;
}

/** What the doctor answers. */
export interface Examination extends Deployed {
  accounts: AccountFacts[];
  /** Milliseconds that AWS's clock is ahead of the function's, by the answers of STS. */
  clock_offset_ms: number;
}

/**
 * Lambda entry point of the doctor: looks at member accounts as the auditors would, and tells what it saw. It judges
 * nothing; whoever asks does, by the program at hand.
 */
export const doctorHandler = (deployed: Deployed) => (runtime: Runtime) => {
  const sts = new STSClient(runtime.client(WAITS));

  return async (event: unknown, context: Context): Promise<Examination> => {
    const settings = settingsFrom(DoctorSettings, runtime.env());
    const parsed = Request.safeParse(event);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "payload"}: ${message}`);
      throw new Error(`${problems.join("; ")}. Try: {"accounts":["111111111111"]}`);
    }
    const door = {
      sts,
      role: {
        partition: context.invokedFunctionArn.split(":")[1] ?? "aws",
        roleName: settings.CROSS_ACCOUNT_ROLE_NAME,
        externalId: settings.EXTERNAL_ID,
      },
      otherExternalId: `not-${Math.floor(runtime.random() * 2 ** 32).toString(16)}`,
      iam: (credentials: AwsCredentialIdentity) => new IAMClient({ ...runtime.client(WAITS), credentials }),
      ec2: (credentials: AwsCredentialIdentity) => new EC2Client({ ...runtime.client(WAITS), credentials }),
    };
    const limit = pLimit(ACCOUNTS_AT_ONCE);
    const accounts = await Promise.all(parsed.data.accounts.map((account) => limit(() => accountFacts(door, account))));
    return { ...deployed, accounts, clock_offset_ms: Math.round(sts.config.systemClockOffset) };
  };
};
