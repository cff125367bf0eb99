import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { namedQueries } from "../src/query/namedQueries.ts";
import { glueTables, PARQUET } from "../src/tables/glue.ts";
import { ResultsBucket } from "./resultsBucket.ts";

/** What a {@link Catalog} must be told. */
export interface CatalogArgs {
  /** Name of the database and of the workgroup. */
  name: string;
  /** The evidence bucket's name. */
  bucketName: pulumi.Input<string>;
  /** Bytes that a query may scan; one that would scan more is stopped. */
  bytesLimit: number;
  /** ARN of the KMS key that answers are encrypted with; S3's own when left out. */
  encryptionKeyArn?: string | undefined;
}

/** Days that answers of queries are kept. */
const RESULT_DAYS = 30;

/**
 * Glue's database over what the tabulator derives, with the tables about runs: those of resource types the tabulator
 * declares itself, once they have rows. And the Athena workgroup that asks them: bytes limited, answers
 * encrypted and forgotten after {@link RESULT_DAYS} days, the usual questions saved.
 */
export class Catalog extends pulumi.ComponentResource {
  readonly databaseName: pulumi.Output<string>;
  readonly workgroupName: pulumi.Output<string>;
  /** Glue's catalog, the database and its tables: what an action on a table is asked for. */
  readonly databaseArns: pulumi.Output<string[]>;
  /** Of the bucket in which Athena leaves its answers. */
  readonly resultsArn: pulumi.Output<string>;

  constructor(name: string, args: CatalogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Catalog", name, {}, opts);
    const child = { parent: this };
    const { encryptionKeyArn } = args;
    const database = new aws.glue.CatalogDatabase(
      name,
      { name: args.name.replaceAll("-", "_").toLowerCase(), description: "Tables derived from sealed evidence" },
      child,
    );
    // The tables' shapes do not depend on the bucket's name, which may not be known yet: their locations alone do.
    for (const table of glueTables("", { tables: [] })) {
      const inBucket = (text: string) =>
        pulumi.interpolate`${args.bucketName}`.apply((bucket) => text.replace("s3:///", `s3://${bucket}/`));
      new aws.glue.CatalogTable(
        `${name}-${table.name}`,
        {
          name: table.name,
          databaseName: database.name,
          tableType: "EXTERNAL_TABLE",
          parameters: Object.fromEntries(
            Object.entries(table.parameters).map(([key, value]) => [
              key,
              value.includes("s3:///") ? inBucket(value) : value,
            ]),
          ),
          partitionKeys: table.partitionKeys,
          storageDescriptor: {
            location: inBucket(table.location),
            inputFormat: PARQUET.inputFormat,
            outputFormat: PARQUET.outputFormat,
            serDeInfo: {
              serializationLibrary: PARQUET.serializationLibrary,
              parameters: { "serialization.format": "1" },
            },
            columns: table.columns,
          },
        },
        child,
      );
    }
    const results = new ResultsBucket(`${name}-results`, { days: RESULT_DAYS, encryptionKeyArn }, child);
    const workgroup = new aws.athena.Workgroup(
      name,
      {
        name: args.name,
        description: "Questions to the evidence tables",
        forceDestroy: true,
        configuration: {
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          bytesScannedCutoffPerQuery: args.bytesLimit,
          engineVersion: { selectedEngineVersion: "Athena engine version 3" },
          resultConfiguration: {
            outputLocation: pulumi.interpolate`s3://${results.name}/`,
            encryptionConfiguration: encryptionKeyArn
              ? { encryptionOption: "SSE_KMS", kmsKeyArn: encryptionKeyArn }
              : { encryptionOption: "SSE_S3" },
          },
        },
      },
      child,
    );
    for (const query of namedQueries)
      new aws.athena.NamedQuery(
        `${name}-${query.name}`,
        {
          name: query.name,
          description: query.description,
          database: database.name,
          workgroup: workgroup.name,
          query: query.sql,
        },
        child,
      );
    this.databaseName = database.name;
    this.databaseArns = database.arn.apply((arn) => [
      arn.replace(/:database\/.*$/, ":catalog"),
      arn,
      `${arn.replace(":database/", ":table/")}/*`,
    ]);
    this.workgroupName = workgroup.name;
    this.resultsArn = results.arn;
    this.registerOutputs({
      databaseName: this.databaseName,
      workgroupName: this.workgroupName,
      resultsArn: this.resultsArn,
    });
  }
}
