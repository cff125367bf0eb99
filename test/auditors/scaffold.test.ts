import * as efs from "@aws-sdk/client-efs";
import * as sns from "@aws-sdk/client-sns";
import { expect } from "chai";
import ts from "typescript";
import { needingInput, scaffold } from "../../cli/scaffold.ts";

describe("a declaration started from an SDK package", () => {
  it("lists what needs no input, with the members that name it", () => {
    const text = scaffold("efs", "@aws-sdk/client-efs", efs, false);
    expect(text).to.include('from "../collector.ts"').and.not.to.include("module:");
    expect(text).to.include(`list("AWS::EFS::FileSystem", from(DescribeFileSystemsCommand, "FileSystems"), {
      id: "FileSystemId",
      arn: "FileSystemArn",
      tags: inline("Tags"),`);
    expect(text).not.to.include("DescribeFileSystemPolicy");
  });

  it("tells which operations ask for input", () => {
    expect(needingInput(efs)).to.include("DescribeFileSystemPolicy(FileSystemId)");
  });

  it("is TypeScript", () => {
    for (const [name, sdk] of [
      ["efs", efs],
      ["sns", sns],
    ] as const) {
      const { diagnostics } = ts.transpileModule(scaffold(name, `@aws-sdk/client-${name}`, sdk, false), {
        reportDiagnostics: true,
      });
      expect(diagnostics).to.be.empty;
    }
  });
});
