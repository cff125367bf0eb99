import { expect } from "chai";
import { bundle, makeBundles, prepareBundles } from "../../components/bundle.ts";
import type { Handler } from "../../components/handlers.ts";
import { compose, DEFAULT_AUDITORS, loadAuditors, serviceNames } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";

const handlers: [string, Handler, string[]][] = [
  ["boss", { kind: "boss", auditors: [{ name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] }] }, []],
  ["doctor", { kind: "doctor", deployed: { auditors: ["rds"], undeclared: {} } }, []],
  ["recorder", { kind: "recorder" }, []],
  ["watchdog", { kind: "watchdog" }, []],
  ["sealer", { kind: "sealer" }, []],
  ["anomalies", { kind: "anomalies" }, []],
  ["tabulator", { kind: "tabulator", catalog: catalogOf(await loadAuditors()), always: [], controls: [] }, []],
  ...compose(DEFAULT_AUDITORS).map(({ name, services }): [string, Handler, string[]] => [
    name,
    { kind: "auditor", auditor: name, services: services.map((service) => ({ name: service })) },
    services,
  ]),
];

/** Bytes that a function's module may have: what is loaded at each cold start. */
const BYTES_AT_MOST = 1_200_000;

describe("bundles", function () {
  this.timeout(120_000);
  before(() => prepareBundles(handlers.map(([, handler]) => handler)));

  for (const [name, handler, services] of handlers) {
    it(`${name}: is small, without Pulumi or another auditor's services`, () => {
      const first = bundle(handler);
      expect(first.source.length).to.be.below(BYTES_AT_MOST);
      expect(first.source, "its configuration is written into it").not.to.include("__CONFIG__");
      expect(first.inputs.filter((path) => path.includes("@pulumi"))).to.be.empty;
      const declared = serviceNames.filter((service) => first.inputs.includes(`src/auditors/services/${service}.ts`));
      expect(declared).to.have.members(services);
    });
  }

  for (const name of ["boss", "tabulator", "rds", "compute"])
    it(`${name}: is the same made alone as together with the others`, () => {
      const [, handler] = handlers.find(([each]) => each === name)!;
      expect(makeBundles([handler])[0]!.sha256).to.equal(bundle(handler).sha256);
    });

  it("of another configuration differs by what is written into it alone", () => {
    const [rds, sqs] = ["rds", "sqs"].map((name) => [{ name, global: [], regional: [`AWS::${name}::$&`] }]);
    const [one, other] = [rds!, sqs!].map((boss) => bundle({ kind: "boss", auditors: boss }).source);
    expect(one).to.include(JSON.stringify(rds));
    expect(one!.replace(JSON.stringify(rds), () => JSON.stringify(sqs))).to.equal(other);
  });
});
