import { expect } from "chai";
import { compose, DEFAULT_AUDITORS, loadAuditors, serviceNames } from "../../auditors/registry.ts";
import { bundle, type Handler, makeBundle } from "../../components/bundle.ts";
import { catalogOf } from "../../query/catalog.ts";

const handlers: [string, Handler, string[]][] = [
  ["boss", { boss: [{ name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] }] }, []],
  ["recorder", "recorder", []],
  ["watchdog", "watchdog", []],
  ["sealer", "sealer", []],
  ["tabulator", { tabulator: catalogOf(await loadAuditors()) }, []],
  ...compose(DEFAULT_AUDITORS).map(({ name, services }): [string, Handler, string[]] => [
    name,
    { auditor: name, services },
    services,
  ]),
];

describe("bundles", () => {
  for (const [name, handler, services] of handlers) {
    it(`${name}: is the same for the same source, without Pulumi or another auditor's services`, () => {
      const first = bundle(handler);
      expect(makeBundle(handler).sha256).to.equal(first.sha256);
      expect(first.inputs.filter((path) => path.includes("@pulumi"))).to.be.empty;
      const declared = serviceNames.filter((service) => first.inputs.includes(`auditors/${service}.ts`));
      expect(declared).to.have.members(services);
    });
  }
});
