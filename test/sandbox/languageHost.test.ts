import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { pb, type Rpc, serve } from "../../sandbox/pulumi/grpc.ts";
import { serveLanguageHost } from "../../sandbox/pulumi/languageHost.ts";

const require = createRequire(import.meta.url);
const monitor: Rpc = {
  ...require("@pulumi/pulumi/proto/resource_grpc_pb.js"),
  ...require("@pulumi/pulumi/proto/resource_pb.js"),
};

/** Waits until something holds; the test's own time is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("the sandbox's host of Pulumi programs", function () {
  this.timeout(60_000);

  it("ends a program whose engine has gone without a word", async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-ecosystem-program-"));
    const started = join(folder, "started");
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(
      join(folder, "index.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => undefined, 1000);`,
    );
    const host = await serveLanguageHost();
    const asked = await serve(monitor.ResourceMonitorService, {
      supportsFeature: () => new monitor.SupportsFeatureResponse(),
      // An engine that is busy: the program waits for it, as in the middle of an update.
      registerResource: () => new Promise(() => undefined),
    });
    const engine = new pb.language.LanguageRuntimeClient(`127.0.0.1:${host.port}`, grpc.credentials.createInsecure());
    const request = new pb.language.RunRequest();
    request.setPwd(folder);
    request.setProgram(".");
    request.setProject("audit-ecosystem");
    request.setStack("test");
    request.setMonitorAddress(`127.0.0.1:${asked.port}`);
    let call: grpc.ClientUnaryCall | undefined;
    const ended = new Promise<grpc.ServiceError>((resolve) => {
      call = engine.run(request, resolve);
    });
    await until(() => existsSync(started) && readFileSync(started, "utf8") !== "");
    const pid = Number(readFileSync(started, "utf8"));
    expect(lives(pid)).to.equal(true);
    call?.cancel();
    await until(() => !lives(pid));
    expect((await ended)?.code).to.equal(grpc.status.CANCELLED);
    engine.close();
    asked.close();
    host.close();
    rmSync(folder, { recursive: true });
  });
});
