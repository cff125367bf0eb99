import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { WRONG_FROM_MS } from "../collect/awsClock.ts";
import { type ClientOptions, WAITS } from "../collect/clientOptions.ts";

/** Whoever runs the command, as STS knows them. */
export interface Caller {
  account: string;
  arn: string;
  partition: string;
  /** Where global services are called, and where STS was asked. */
  region: string;
  credentials: AwsCredentialIdentityProvider;
  /** Milliseconds that AWS's clock is ahead of this machine's; 0 where they differ by little. */
  clockOffset: number;
}

/** How a caller is found. */
export interface CallerRequest {
  /** A profile; `AWS_PROFILE` and then the rest of the SDK's default chain otherwise. */
  profile?: string | undefined;
  /** Asks for the code of an MFA device that a profile names. */
  mfaCode: (serial: string) => Promise<string>;
  client: (waits: typeof WAITS) => ClientOptions;
}

/** What a caller without a region of their own is asked in: every account has it open. */
const HOME = "us-east-1";

/**
 * Finds credentials as every AWS tool does, in the SDK's default chain: environment, profile (SSO, assumed role with
 * MFA, `credential_process`), web identity, container, instance.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function findCaller({ profile, mfaCode, client }: CallerRequest): Promise<Caller> {
  const credentials = fromNodeProviderChain({
    ...(profile ? { profile } : {}),
    mfaCodeProvider: mfaCode,
    // Signing in goes the same way as what follows, through the same proxy.
    clientConfig: { requestHandler: client(WAITS).requestHandler as never },
  });
  const region = await regionOf(profile);
  const sts = new STSClient({ ...client(WAITS), region, credentials });
  const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (!account || !arn) throw new Error("STS answered GetCallerIdentity without an account");
  // The SDK notes the time of each answer.
  const { systemClockOffset: offset } = sts.config;
  const clockOffset = Math.abs(offset) < WRONG_FROM_MS ? 0 : offset;
  return { account, arn, partition: arn.split(":")[1] ?? "aws", region, credentials, clockOffset };
}

/** The region of the environment or of the profile. */
async function regionOf(profile: string | undefined): Promise<string> {
  const probe = new STSClient(profile ? { profile } : {});
  try {
    return await probe.config.region();
  } catch {
    return HOME;
  }
}
