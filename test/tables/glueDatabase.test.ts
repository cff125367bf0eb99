import { CreateTableCommand, GetTablesCommand, GlueClient, UpdateTableCommand } from "@aws-sdk/client-glue";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type AwsClientStub, mockClient } from "aws-sdk-client-mock";
import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { declareTables } from "../../src/tables/glueDatabase.ts";

const catalog = catalogOf(await loadAuditors(["rds", "s3"]));
const BOTH = (table: string) => [table, `latest_${table}`];

describe("tables of resource types in Glue's database", () => {
  let glue: AwsClientStub<GlueClient>;
  let s3: AwsClientStub<S3Client>;
  beforeEach(() => {
    glue = mockClient(GlueClient);
    s3 = mockClient(S3Client);
    glue.on(GetTablesCommand).resolves({ TableList: [] });
    glue.on(CreateTableCommand).resolves({});
    glue.on(UpdateTableCommand).resolves({});
  });
  afterEach(() => {
    glue.restore();
    s3.restore();
  });
  const derived = (...tables: string[]) =>
    s3.on(ListObjectsV2Command, { Bucket: "evidence", Prefix: "tables/", Delimiter: "/" }).resolves({
      CommonPrefixes: [...tables, "latest"].map((table) => ({ Prefix: `tables/${table}/` })),
    });
  const declare = (always: string[] = []) =>
    declareTables(
      { glue: new GlueClient({}), s3: new S3Client({}), bucket: "evidence", database: "audit" },
      { catalog, always },
    );
  const created = () => glue.commandCalls(CreateTableCommand).map(({ args }) => args[0].input);
  /** What the calls so far declared, as Glue answers with it. */
  const stand = (change: (parameters: Record<string, string>) => Record<string, string> = (same) => same) =>
    glue.on(GetTablesCommand).resolves({
      TableList: created().map(({ TableInput }) => ({
        Name: TableInput!.Name!,
        Parameters: change(TableInput!.Parameters!),
      })),
    });

  it("are made of types that had rows in any run, each of all runs and of the latest", async () => {
    derived("runs", "aws_rds_dbinstance");
    expect(await declare()).to.have.members(BOTH("aws_rds_dbinstance"));
    const [all] = created();
    expect(all).to.deep.include({ DatabaseName: "audit" });
    expect(all!.TableInput).to.deep.include({ Name: "aws_rds_dbinstance", TableType: "EXTERNAL_TABLE" });
    expect(all!.TableInput!.StorageDescriptor!.Location).to.equal("s3://evidence/tables/aws_rds_dbinstance/");
    expect(all!.TableInput!.StorageDescriptor!.Columns).to.deep.include({ Name: "engine", Type: "string" });
  });

  it("are made of types that are asked for, before any has rows", async () => {
    derived();
    expect(await declare(["AWS::S3::Bucket", "AWS::EC2::Instance"])).to.have.members(BOTH("aws_s3_bucket"));
  });

  it("are left alone while they are as declared, and stay when their type loses its last row", async () => {
    derived("aws_rds_dbinstance");
    await declare();
    stand();
    glue.resetHistory();
    derived();
    expect(await declare()).to.deep.equal([]);
    expect(glue.calls().map(({ args }) => args[0].constructor.name)).to.deep.equal(["GetTablesCommand"]);
  });

  it("are changed in place where another version declared them, whether or not their type has rows", async () => {
    derived("aws_rds_dbinstance");
    await declare();
    stand((parameters) => ({ ...parameters, "audit.declaration_sha256": "of before" }));
    derived();
    expect(await declare()).to.have.members(BOTH("aws_rds_dbinstance"));
    const updates = glue.commandCalls(UpdateTableCommand).map(({ args }) => args[0].input);
    expect(updates.map(({ TableInput, SkipArchive }) => [TableInput!.Name, SkipArchive])).to.have.deep.members(
      BOTH("aws_rds_dbinstance").map((table) => [table, true]),
    );
  });

  it("may be declared by two runs at the same time", async () => {
    derived("aws_rds_dbinstance");
    glue.on(CreateTableCommand).rejects(Object.assign(new Error("exists"), { name: "AlreadyExistsException" }));
    expect(await declare()).to.have.length(2);
  });

  it("that Glue refuses stop the tabulator, whose event is delivered again", async () => {
    derived("aws_rds_dbinstance");
    glue.on(CreateTableCommand).rejects(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const refused = await declare().catch((error: Error) => error);
    expect(refused).to.be.an("error").with.property("name", "AccessDeniedException");
  });
});
