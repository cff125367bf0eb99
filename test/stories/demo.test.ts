import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";

describe("the demo", function () {
  this.timeout(120_000);
  it("deploys the program into the sandbox, covers every account, and shows the one that is closed", async () => {
    const { AWS_ENDPOINT_URL: _elsewhere, ...env } = process.env;
    const run = promisify(execFile)(process.execPath, ["--import=tsx", "cli/demo.ts"], { env });
    const { stdout } = await run;
    expect(stdout).to.match(/9 of 9 tasks committed/);
    expect(stdout).to.match(/111111111111 │ \d+ items +│ \d+ items/);
    expect(stdout).to.match(/333333333333 rds: AssumeRole: AccessDenied.*must exist and trust this audit account/);
    expect(stdout).to.include('"resource_type": "AWS::RDS::DBInstance"');
  });
});
