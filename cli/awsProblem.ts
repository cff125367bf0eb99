import { printable } from "../src/query/printable.ts";
import { CliError } from "./cliError.ts";

interface AwsError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "TimeoutError"]);
const BAD_CREDENTIALS = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "AuthFailure",
]);
/** What providers of credentials throw. */
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError", "ProviderError"]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]);

/** What an error of the AWS SDK says, in one line with what to do about it; other errors as they are. */
export function awsProblem(thrown: unknown, env: NodeJS.ProcessEnv = process.env): Error {
  if (thrown instanceof CliError) return thrown;
  const error = thrown as AwsError;
  const said = printable(error.message ?? "");
  const endpoint = env.AWS_ENDPOINT_URL;
  if (NO_CREDENTIALS.has(error.name) || /Could not load credentials/.test(error.message)) {
    const { AWS_PROFILE: profile } = env;
    if (profile)
      return new CliError(
        `the profile ${profile} gives no credentials (${said.replace(/\.$/, "")}): look at it (aws configure list --profile ${profile}), or sign in again (aws sso login --profile ${profile})`,
      );
    return new CliError(
      `no AWS credentials: set AWS_PROFILE (and sign in: aws sso login), or for the sandbox: eval "$(npx --no-install itaudit sandbox start)"`,
    );
  }
  if (/Region is missing/.test(error.message))
    return new CliError("no AWS region: set AWS_REGION, or a profile that has one");
  if (UNREACHABLE.has(error.code ?? "") || UNREACHABLE.has(error.name))
    return new CliError(
      endpoint
        ? `nothing answers at AWS_ENDPOINT_URL=${endpoint}: start the sandbox (npx --no-install itaudit sandbox start), or unset the variable to reach AWS`
        : `AWS cannot be reached: ${said}`,
    );
  if (EXPIRED.has(error.name)) return new CliError("the session has expired: sign in again (aws sso login)");
  if (BAD_CREDENTIALS.has(error.name))
    return new CliError(`AWS does not know these credentials (${error.name}): check AWS_PROFILE and AWS_ENDPOINT_URL`);
  if (error.name === "NoSuchBucket")
    return new CliError("there is no such bucket: pulumi stack output bucketName --stack audit");
  if (error.$metadata?.httpStatusCode === 403 || /^AccessDenied/.test(error.name))
    return new CliError(`these credentials may not do that: ${said}`);
  // What AWS says is one line, whatever it is.
  return error.$metadata ? new CliError(`${printable(error.name)}: ${said}`) : error;
}
