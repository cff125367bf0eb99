import type { Auditor } from "./collector.ts";
import { iam } from "./iam.ts";
import { rds } from "./rds.ts";
import { s3 } from "./s3.ts";

/** Every auditor there is. A new one: its declarative file and its line here. */
export const auditors: Readonly<Record<string, Auditor>> = { rds, iam, s3 };

export const auditorNames: readonly string[] = Object.keys(auditors);
