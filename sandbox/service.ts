import type { SandboxState } from "./state.ts";

/** Who makes a call, as the request's credentials say. `root` may do everything in its account. */
export type Principal =
  | { kind: "root"; account: string }
  | { kind: "role"; account: string; roleName: string; roleArn: string; sessionName: string };

/** What an operation needs beside its input: where it happens, for whom, and the injected clock and randomness. */
export interface Call {
  account: string;
  region: string;
  principal: Principal;
  state: SandboxState;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
}

/** One permission an operation asks for; IAM denies the call unless every one is allowed. */
export interface Permission {
  action: string;
  resource: string;
  /** Condition keys, lower or mixed case: `{"s3:if-none-match": "*"}`. */
  context?: Record<string, string>;
}

/**
 * One API operation over the sandbox's state. Input and output have the SDK's member names
 * (dates as `Date`, blobs as `Uint8Array`); the wire is not its business.
 */
export interface Operation<Input = Record<string, unknown>, Output = object> {
  /** Default: `<iamPrefix>:<OperationName>` on `*`. */
  permissions?: (input: Input, call: Call) => Permission[];
  run: (input: Input, call: Call) => Output | Promise<Output>;
}

/** An AWS service: its SDK schemas give the wire shapes, the table its behaviour. */
export interface Service {
  /** Name in the SigV4 credential scope, such as `rds`, `s3`, `lambda`. */
  signingName: string;
  /** Prefix of its IAM actions, such as `rds`, `s3`, `lambda`. */
  iamPrefix: string;
  /** The SDK client package's namespace import: schemas (`DescribeDBInstances$`) and the client's protocol. */
  // biome-ignore lint/suspicious/noExplicitAny: the namespace of any SDK package
  sdk: Record<string, any>;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input type
  operations: Record<string, Operation<any, any>>;
}

/** An answer that is AWS's own error: code as AWS spells it, message, HTTP status. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = "AwsError";
  }
}
