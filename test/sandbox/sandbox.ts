import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import type { Invoke } from "../../sandbox/service.ts";

const nobody: Invoke = {
  now: async () => {
    throw new Error("no function is run in this test");
  },
  later: () => undefined,
};

/** A sandbox in this process with a clock that the test moves, and the settings of clients that call it. */
export function sandboxForTest(invoke: Invoke = nobody, accounts = 3) {
  const clock = { now: Date.UTC(2026, 10, 24) };
  const sandbox = createSandbox(populate(1, accounts), {
    ...handedIn,
    now: () => clock.now,
    random: randomOf("test"),
    invoke,
  });
  const as = (accessKeyId: string = AUDIT_ACCOUNT, region = "eu-central-1") => ({
    requestHandler: inProcess(sandbox),
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: "any" },
  });
  return { sandbox, clock, as };
}
