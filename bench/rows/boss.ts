import type { Context } from "aws-lambda";
import { bossHandler } from "../../handlers/boss.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { type Answer, door, type Request } from "../door.ts";
import { type Line, type Row, seconds, times } from "../row.ts";

const SIZES = [10, 100, 1_000, 5_000];
/** What a call within a region takes. */
const LATENCY_MS = 20;
const FIRST_TASK_MS = 300;
/** Ids of 12 digits and commas in 8 KB, as much as an advanced parameter holds. */
const IDS_PER_PARAMETER = 600;
const PARAMETERS_PER_PAGE = 10;
const ACCOUNTS_PER_PAGE = 20;

const auditors = ["rds", "iam", "s3", "network", "compute"].map((name) => ({
  name,
  global: [],
  regional: [`AWS::Bench::${name}`],
}));
const environment = {
  AWS_REGION: "eu-central-1",
  EVIDENCE_BUCKET: "evidence",
  ACCOUNTS_PARAMETER: "/audit/accounts",
  AUDITOR_FUNCTION_PREFIX: "audit-get-meta-",
  SEALER_FUNCTION: "audit-sealer",
  REGIONS: "eu-central-1,eu-west-1",
};

const ACCOUNTS_PER_UNIT = 100;

type Source = "parameter" | "organizations" | "units";

const SOURCES: Record<Source, string> = {
  parameter: "parameters",
  organizations: "the whole organization",
  units: `organizational units of ${ACCOUNTS_PER_UNIT}`,
};

/** One invocation: when the first task was invoked, how long it took, and how many calls it made. */
async function invocation(accounts: number, source: Source) {
  const ids = Array.from({ length: accounts }, (_none, n) => String(100_000_000_000 + n));
  let calls = 0;
  let first: number | undefined;
  let began = 0;
  const pageAt = ({ text }: Request, size: number, of: number): { start: number; NextToken?: string } => {
    const start = Number((JSON.parse(text() || "{}") as { NextToken?: string }).NextToken ?? 0);
    return { start, ...(start + size < of ? { NextToken: String(start + size) } : {}) };
  };
  const parameters = Array.from({ length: Math.ceil(accounts / IDS_PER_PARAMETER) }, (_none, n) =>
    ids.slice(n * IDS_PER_PARAMETER, (n + 1) * IDS_PER_PARAMETER).join(","),
  );
  const units = Array.from({ length: Math.ceil(accounts / ACCOUNTS_PER_UNIT) }, (_none, n) => `ou-${n}`);
  const json = (value: object, status = 200): Answer => ({
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(value),
  });
  const answer = (request: Request): Answer => {
    calls += 1;
    const target = request.headers["x-amz-target"] ?? request.headers["X-Amz-Target"] ?? "";
    if (target.endsWith(".GetParameter"))
      return parameters.length === 1
        ? json({ Parameter: { Value: parameters[0] } })
        : json({ __type: "ParameterNotFound", message: "not found" }, 400);
    if (target.endsWith(".GetParametersByPath")) {
      const { start, NextToken } = pageAt(request, PARAMETERS_PER_PAGE, parameters.length);
      const page = parameters.slice(start, start + PARAMETERS_PER_PAGE);
      return json({ Parameters: page.map((Value) => ({ Value })), NextToken });
    }
    if (target.endsWith(".ListAccounts")) {
      const { start, NextToken } = pageAt(request, ACCOUNTS_PER_PAGE, accounts);
      const page = ids.slice(start, start + ACCOUNTS_PER_PAGE);
      return json({ Accounts: page.map((Id) => ({ Id, State: "ACTIVE" })), NextToken });
    }
    if (target.endsWith(".ListAccountsForParent")) {
      const { ParentId } = JSON.parse(request.text()) as { ParentId: string };
      const unit = Number(ParentId.slice("ou-".length));
      const ofUnit = ids.slice(unit * ACCOUNTS_PER_UNIT, (unit + 1) * ACCOUNTS_PER_UNIT);
      const { start, NextToken } = pageAt(request, ACCOUNTS_PER_PAGE, ofUnit.length);
      const page = ofUnit.slice(start, start + ACCOUNTS_PER_PAGE);
      return json({ Accounts: page.map((Id) => ({ Id, State: "ACTIVE" })), NextToken });
    }
    if (target.endsWith(".ListOrganizationalUnitsForParent")) return json({ OrganizationalUnits: [] });
    if (request.path.includes("/invocations")) {
      first ??= performance.now() - began;
      return { status: 202 };
    }
    return { headers: { etag: '"e"' } };
  };
  const runtime: Runtime = {
    env: () => ({
      ...environment,
      ACCOUNT_SOURCE: source === "parameter" ? source : "organizations",
      ...(source === "units" ? { ORGANIZATIONAL_UNITS: units.join(",") } : {}),
    }),
    now: Date.now,
    wait: async () => undefined,
    hasAddress: async () => undefined,
    random: Math.random,
    timeout: () => new AbortController().signal,
    client: () => ({
      requestHandler: door(answer, LATENCY_MS) as never,
      region: "eu-central-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    }),
  };
  const handler = bossHandler(auditors, runtime);
  began = performance.now();
  const started = await handler({}, { functionName: "audit-boss", awsRequestId: "bench" } as Context);
  if (started.not_started || first === undefined) throw new Error(`not every task was started: ${started.not_started}`);
  return { accounts, tasks: started.tasks, calls, first, ms: performance.now() - began };
}

/** How the boss grows with the accounts, from either source of them. */
export const row: Row = {
  name: "boss",
  title: `the boss over ${SIZES.join(", ")} accounts, ${LATENCY_MS} ms per call`,
  measure: async () => {
    // The handler is loaded and its code compiled, as in a function that has run once.
    await invocation(10, "parameter");
    await invocation(10, "organizations");
    const lines: Line[] = [];
    for (const source of ["parameter", "organizations", "units"] as const) {
      const measured: Awaited<ReturnType<typeof invocation>>[] = [];
      for (const size of SIZES) measured.push(await invocation(size, source));
      const most = measured.at(-1)!;
      const before = measured.at(-2)!;
      const each = measured
        .map(
          ({ accounts, tasks, calls, first, ms }) =>
            `${accounts}: ${tasks} tasks, ${calls} calls, first task after ${Math.round(first)} ms, all after ${seconds(ms)}`,
        )
        .join("; ");
      lines.push({
        what: `first task, accounts from ${SOURCES[source]}: 5,000 accounts against ${FIRST_TASK_MS} ms`,
        measured: times(most.first / FIRST_TASK_MS),
        target: { text: `≤ ${FIRST_TASK_MS} ms`, met: most.first <= FIRST_TASK_MS },
        from: each,
      });
      const growth = most.calls / before.calls;
      lines.push({
        what: `calls, accounts from ${SOURCES[source]}: 5,000 against 1,000 accounts`,
        measured: times(growth),
        target: { text: "≤ 5 × (linear)", met: growth <= 5 },
        from: `${before.calls} and ${most.calls} calls; time ${times(most.ms / before.ms)}`,
      });
    }
    return lines;
  },
};
