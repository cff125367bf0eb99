import type { AwsCredentialIdentity } from "@smithy/types";
import type { Outcome } from "../evidence/outcome.ts";
import type { Plan, Task } from "../evidence/plan.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";
import type { AccessFacts } from "./deskAccess.ts";

/** What a lane is made with: plain data, as it goes to another thread. */
export interface LaneData {
  plan: Pick<Plan, "run_id" | "started_at">;
  /** Names of all auditors of the plan: a service that is one by itself is left out of its group. */
  auditors: readonly string[];
  folder: string;
  access: AccessFacts;
  /** The caller's own account. */
  account: string;
  homeRegion: string;
  digestKey: string;
  apiShare: number;
  /** @see Caller.clockOffset */
  clockOffset: number;
}

/** An error as it goes to another thread: its name says what it means. */
export interface ThrownError {
  name: string;
  message: string;
  code?: string;
  /** Of an error of the file system. */
  syscall?: string;
}

export const thrownError = (error: unknown): ThrownError => {
  const { name, message } = error as Error;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return {
    name,
    message,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof syscall === "string" ? { syscall } : {}),
  };
};

export const errorFrom = ({ message, ...facts }: ThrownError): Error => Object.assign(new Error(message), facts);

/** What a lane is told. */
export type ToLane =
  | { kind: "task"; task: Task }
  | { kind: "session"; id: number; credentials: AwsCredentialIdentity }
  | { kind: "session"; id: number; error: ThrownError }
  | { kind: "stop" };

/** What a lane tells. */
export type FromLane =
  | { kind: "read"; task: string; commit: TaskOutcome }
  | { kind: "failed"; task: string; error: ThrownError }
  | { kind: "session"; id: number; account: string }
  | { kind: "ended"; error: ThrownError }
  | { kind: "finished"; outcome: Outcome };
