import type { Attempt } from "./lambda.ts";
import type { CallOnWire } from "./network.ts";

/** Counts the requests of a run: `auditor s3 PUT outcomes`, `auditor rds DescribeDBInstances`. */
export class RequestCounts {
  readonly counts: Record<string, number> = {};

  readonly add = (call: CallOnWire, { fn }: Attempt): void => {
    const who = fn.FunctionName.replace(/^audit-/, "").replace(/^get-meta-.*/, "auditor");
    const key = `${who} ${call.service} ${kindOf(call)}`;
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  };
}

/** What S3 and Lambda are asked, without the names that differ from run to run. */
function kindOf({ service, what }: CallOnWire): string {
  const [method, path = ""] = what.split(" ");
  if (service === "lambda") return `Invoke ${/functions\/(?:\S*%3A|\S*:)?audit-(get-meta|\w+)/.exec(path)?.[1] ?? ""}`;
  if (service !== "s3") return what;
  const document = /\/(plan|outcomes|finished|manifest|chain|keys|hints|resource_type)\b/.exec(
    decodeURIComponent(path),
  )?.[1];
  return document ? `${method} ${document === "resource_type" ? "evidence" : document}` : "LIST";
}
