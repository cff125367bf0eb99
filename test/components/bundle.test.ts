import { expect } from "chai";
import { auditorNames } from "../../auditors/registry.ts";
import { bundle, type Handler, makeBundle } from "../../components/bundle.ts";

const handlers: Handler[] = ["boss", "recorder", "sealer", ...auditorNames.map((auditor) => ({ auditor }))];
/** S3 is every function's: evidence is written there. */
const clientOf = (auditor: string) => `node_modules/@aws-sdk/client-${auditor}/`;

describe("bundles", () => {
  for (const handler of handlers) {
    const name = typeof handler === "string" ? handler : handler.auditor;
    it(`${name}: is the same for the same source, without Pulumi or another auditor's client`, () => {
      const first = bundle(handler);
      expect(makeBundle(handler).sha256).to.equal(first.sha256);
      expect(first.inputs.filter((path) => path.includes("@pulumi"))).to.be.empty;
      for (const other of auditorNames.filter((auditor) => auditor !== name && auditor !== "s3"))
        expect(first.inputs.filter((path) => path.includes(clientOf(other)))).to.be.empty;
    });
  }
});
