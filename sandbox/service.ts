import type { DuckDBConnection } from "@duckdb/node-api";
import type { SandboxState, StoredFunction } from "./state.ts";

/** Who makes a call, as the request's credentials say. `root` may do everything in its account. */
export type Principal =
  | { kind: "root"; account: string }
  | {
      kind: "role";
      account: string;
      roleArn: string;
      roleName: string;
      sessionName: string;
      /** Policy that the session was made with, as JSON. */
      sessionPolicy?: string | undefined;
    };

/** What a function answered, or how it failed. */
export interface Invocation {
  payload: unknown;
  error?: "Unhandled";
}
/** Runs a function: waits for its answer, or queues the event and answers at once. */
export interface Invoke {
  now: (fn: StoredFunction, event: unknown) => Promise<Invocation>;
  later: (fn: StoredFunction, event: unknown) => void;
}

/** What an operation needs beside its input: where it happens, for whom, and the injected clock and randomness. */
export interface Call {
  account: string;
  region: string;
  principal: Principal;
  state: SandboxState;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Random letters and digits in capitals. */
  randomId: (length: number) => string;
  invoke: Invoke;
  /** Why IAM does not let the caller, or a role that a service takes for it, do something else; undefined: it does. */
  denial: (permission: Permission, as?: Principal) => string | undefined;
  /** How Athena's SQL is run, where the sandbox was given it. */
  athena?: AthenaDialect | undefined;
}

/** Athena's SQL for DuckDB, which runs the sandbox's queries. */
export interface AthenaDialect {
  /** Gives a connection the functions that DuckDB lacks. */
  prepare: (connection: DuckDBConnection) => Promise<void>;
  /** A query as DuckDB parses it. */
  translate: (sql: string) => string;
  /** Names that a query may mean tables by. */
  namesIn: (sql: string) => ReadonlySet<string>;
}

/** One permission an operation asks for; IAM denies the call unless every one is allowed. */
export interface Permission {
  action: string;
  resource: string;
  /** Account that owns the resource. Default: the caller's. */
  owner?: string;
  /** Values of condition keys. */
  context?: Record<string, string>;
  /** Policy of the resource itself, as JSON. */
  resourcePolicy?: string | undefined;
}

/**
 * One API operation over the sandbox's state. Input and output have the SDK's member names
 * (dates as `Date`, blobs as `Uint8Array`); the wire is not its business.
 */
export interface Operation<Input, Output extends object> {
  /** Default: `<iamPrefix>:<OperationName>` on `*`. */
  permissions?: (input: Input, call: Call) => Permission[];
  run: (input: Input, call: Call) => Output | Promise<Output>;
}

export type Protocol = "query" | "ec2" | "json" | "rest-json" | "rest-xml";

/** An AWS service: its SDK schemas give the wire shapes, the table its behaviour. */
export interface Service {
  /** Name in the SigV4 credential scope, such as `rds`, `s3`, `lambda`. */
  signingName: string;
  iamPrefix: string;
  protocol: Protocol;
  /** False: one endpoint for all regions, which no region's closing closes. */
  regional: boolean;
  /** Its operations know what a company has of it: where they find nothing, there is nothing. */
  knowsEstate?: true;
  /** The SDK client package's namespace import, for its schemas (`DescribeDBInstances$`). */
  sdk: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input and output
  operations: Record<string, Operation<any, any>>;
}

/** A service of an estate; its API's version tells its requests from another's of the same name. */
export interface EstateService extends Service {
  apiVersion: string;
}

/** What accounts have that nobody deployed into the sandbox: it answers where the sandbox's own state knows nothing. */
export interface Estate {
  services: () => Promise<readonly EstateService[]>;
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

/** By name: a service read later can come with a copy of this module, when the loader keeps require and import apart. */
export const isAwsError = (thrown: unknown): thrown is AwsError =>
  thrown instanceof Error && thrown.name === "AwsError";
