import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import {
  compose,
  groups,
  loadAuditors,
  loadServices,
  serviceNames,
  UnknownAuditorError,
} from "../../src/auditors/registry.ts";

use(chaiAsPromised);

describe("the registry", () => {
  it("has each service in exactly one group, under its file's name", async () => {
    expect(Object.values(groups).flat().sort()).to.deep.equal([...serviceNames].sort());
    for (const [index, service] of (await loadServices()).entries()) {
      expect(service.name).to.equal(serviceNames[index]);
      expect(service.name, "a bundle imports it by this name").to.match(/^[a-z][a-z0-9]*$/);
    }
  });

  it("leaves a service that is chosen alone out of its group, and a group with nothing left out altogether", () => {
    const [group, services] = Object.entries(groups)[0]!;
    const alone = services[0]!;
    expect(compose([group])).to.deep.equal([{ name: group, services: [...services] }]);
    const rest = services.filter((name) => name !== alone);
    expect(compose([alone, group])).to.deep.equal([
      { name: alone, services: [alone] },
      ...(rest.length ? [{ name: group, services: rest }] : []),
    ]);
    expect(compose([...services, group]).map(({ name }) => name)).to.deep.equal([...services]);
  });

  it("covers every service once unless told otherwise", async () => {
    const covered = (await loadAuditors()).flatMap(({ services }) => services.map(({ name }) => name));
    expect(covered.sort()).to.deep.equal([...serviceNames].sort());
  });

  it("names an auditor that does not exist, and those that do", async () => {
    await expect(loadServices(["rdss"])).to.be.rejectedWith(UnknownAuditorError);
    expect(() => compose(["rdss"])).to.throw(/"rdss".*rds/);
  });
});
