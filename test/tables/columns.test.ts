import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { catalogOf, packedCatalog, unpackedCatalog } from "../../src/tables/catalog.ts";
import { CONFIGURATION, ENVELOPE, FINGERPRINT, snakeCase } from "../../src/tables/columns.ts";

const catalog = catalogOf(await loadAuditors());
const { tables } = catalog;
const columnsOf = (name: string) =>
  Object.fromEntries(tables.find((table) => table.name === name)!.columns.map((column) => [column.name, column.type]));

describe("columns", () => {
  for (const [member, name] of [
    ["DBInstanceArn", "db_instance_arn"],
    ["MultiAZ", "multi_az"],
    ["IAMDatabaseAuthenticationEnabled", "iam_database_authentication_enabled"],
    ["SubnetIDs", "subnet_ids"],
    ["SubnetIds", "subnet_ids"],
    ["Ipv6CidrBlock", "ipv6_cidr_block"],
    ["AssignIPv6Address", "assign_ipv6_address"],
    ["clusterArn", "cluster_arn"],
    ["KmsKeyId", "kms_key_id"],
  ] as const) {
    it(`of the member ${member} is called ${name}`, () => {
      expect(snakeCase(member)).to.equal(name);
    });
  }

  it("have names that both engines take as they are, each once, behind the envelope's", () => {
    const envelope: string[] = ENVELOPE.map(({ name }) => name);
    for (const { name: table, columns } of tables) {
      const names = columns.map(({ name }) => name);
      expect(names.slice(0, envelope.length), table).to.deep.equal(envelope);
      expect(names.slice(-2), table).to.deep.equal([FINGERPRINT.name, CONFIGURATION.name]);
      expect(new Set(names).size, table).to.equal(names.length);
      for (const name of names) expect(name, table).to.match(/^[a-z][a-z0-9_]{0,254}$/);
    }
  });

  it("come out of a bundle as they went in", () => {
    const carried = JSON.stringify(packedCatalog(catalog));
    expect(unpackedCatalog(JSON.parse(carried))).to.deep.equal(catalog);
    expect(carried.length).to.be.below(JSON.stringify(catalog).length / 4);
  });

  it("have the types of the SDK's schemas", () => {
    expect(columnsOf("aws_rds_dbinstance")).to.include({
      allocated_storage: "double",
      multi_az: "boolean",
      instance_create_time: "timestamp",
      vpc_security_groups: "array(varchar)",
      endpoint: "varchar",
      tags: "map(varchar, varchar)",
    });
  });

  it("of a detail call hold its answer", () => {
    expect(columnsOf("aws_s3_bucket")).to.include({ get_bucket_policy: "varchar", get_public_access_block: "varchar" });
  });

  it("that are called like the envelope's say whose they are", () => {
    expect(columnsOf("aws_s3_bucket")).to.include({ name: "varchar", configuration_name: "varchar" });
  });
});
