import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { inFolder } from "../../simulation/copies.ts";
import { scriptOf } from "../../simulation/script.ts";
import { simulate } from "../../simulation/simulate.ts";
import { BUCKET } from "../../simulation/world.ts";

const run = promisify(execFile);

/** Runs with a hint that is none are left out: that it is named is looked at elsewhere. */
const seeds = Array.from({ length: 60 }, (_none, n) => n + 1)
  .filter((seed) => ["none", "stale"].includes(scriptOf(seed).hint))
  .slice(0, 8);

describe("the end of a simulated run", function () {
  this.timeout(120_000);

  it("verifies by the other verifier too, which shares no line with the system", async () => {
    for (const seed of seeds) {
      const { state, publicKey, documents } = await simulate(seed, { looks: false });
      await inFolder(async (folder) => {
        const copy = join(folder, "copy");
        await mkdir(copy);
        for (const [key, versions] of state.buckets.get(BUCKET)!.objects) {
          const file = join(copy, key);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, versions.at(-1)!.body);
        }
        const pem = join(folder, "key.pem");
        await writeFile(pem, publicKey);
        const { stdout } = await run("python3", ["examples/verify.py", "--public-key", pem, copy]).catch(
          (error: { stdout: string }) => error,
        );
        expect(stdout.trim().split("\n").at(-1), `seed ${seed}: ${stdout}`).to.equal(
          [...documents.keys()].some((key) => key.endsWith("/manifest.json")) ? "verified" : "nothing could be judged",
        );
      });
    }
  });
});
