import * as aws from "@pulumi/aws";
import { auditorFunctionName } from "../components/auditSettings.ts";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import type { AuditSettings } from "./config/audit.ts";
import { ConfigError } from "./config/value.ts";

/** A key as 0.1.0 drew it, whose resource is no longer the program's: without `digestKey`, another one is drawn. */
const OF_0_1_0 = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Stops before a standing stack gets another key of the digests without having been asked.
 * @throws ConfigError where the standing functions have a key of 0.1.0 and `digestKey` is not set
 */
export async function keepsDigestKey(
  { digestKey, namePrefix }: Pick<AuditSettings, "digestKey" | "namePrefix">,
  auditors: readonly AuditorOutline[],
): Promise<void> {
  if (digestKey !== undefined) return;
  for (const auditor of auditors) {
    const functionName = auditorFunctionName(namePrefix, auditor);
    const variables = await standingVariables(functionName);
    if (!variables) continue;
    if (!OF_0_1_0.test(variables.DIGEST_KEY ?? "")) return;
    const read = `aws lambda get-function-configuration --function-name ${functionName} --query Environment.Variables.DIGEST_KEY --output text`;
    throw new ConfigError(
      "digestKey",
      undefined,
      `${functionName} has the key that 0.1.0 drew; with another, no digest compares with those before`,
      `pulumi config set --secret digestKey "$(${read})", or, to change the key, "$(openssl rand -hex 32)" in its place`,
    );
  }
}

/** The environment of a function; undefined where there is none of the name. */
async function standingVariables(functionName: string): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const { environment } = await aws.lambda.getFunction({ functionName });
    return environment?.variables ?? {};
  } catch (error) {
    if (/ResourceNotFound|not found|couldn't find/i.test((error as Error).message)) return undefined;
    throw error;
  }
}
