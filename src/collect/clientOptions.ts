import type { HttpHandlerUserInput } from "@smithy/core/protocols";
import type { AwsCredentialIdentity, ChecksumConstructor } from "@smithy/types";

/** How SDK clients reach AWS; what is left out, the SDK finds in the process. */
export interface ClientOptions {
  requestHandler: HttpHandlerUserInput;
  region?: string;
  credentials?: AwsCredentialIdentity;
  /** Hashes what is signed. */
  sha256?: ChecksumConstructor;
}

/** How long a client waits for a connection and for an answer; beyond that the call has failed. */
export interface Waits {
  connectionTimeout: number;
  requestTimeout: number;
  throwOnRequestTimeout: true;
}

/** Bounded waits, so that an endpoint that never answers costs its own outcome and not the task. */
export const WAITS: Waits = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
export const RETRIES = { retryMode: "adaptive", maxAttempts: 4 } as const;
