import * as sdk from "@aws-sdk/client-rds";
import { certificatesOf, MAJOR_VERSIONS } from "../estate/databaseEngines.ts";
import { type Databases, databasesOf } from "../estate/databases.ts";
import { isHome } from "../estate/words.ts";
import { AwsError, type Call, type Operation, type Service } from "../service.ts";

interface Paged {
  Marker?: string | undefined;
  MaxRecords?: number | undefined;
}

const estate = ({ state, account, region }: Call): Databases => databasesOf(state.seed, account, region, state.size);

type Listed = { [Kind in keyof Databases]: Databases[Kind] extends unknown[] ? Kind : never }[keyof Databases];

/** A listing in pages of at most 100, of one resource where the request names it. */
const listing = <Kind extends Listed>(
  kind: Kind,
  member: string,
  identifier: string,
  notFound: string,
  filter = identifier,
): Operation<Paged & Record<string, unknown>, object> => ({
  run: (input, call) => {
    const all = estate(call)[kind] as object[];
    const requested = input[filter] as string | undefined;
    const found =
      requested === undefined ? all : all.filter((each) => (each as Record<string, unknown>)[identifier] === requested);
    if (requested !== undefined && !found.length) throw new AwsError(notFound, `${requested} not found.`, 404);
    const start = Number(input.Marker ?? 0);
    const end = start + (input.MaxRecords ?? 100);
    return { [member]: found.slice(start, end), ...(end < found.length ? { Marker: String(end) } : {}) };
  },
});

/** What is set in a group; the engine's own values, of which each group has hundreds, the estate does not know. */
const parameters = (
  kind: "parameters" | "clusterParameters",
  group: string,
): Operation<Paged & Record<string, unknown>, object> => ({
  run: (input, call) => {
    const found = estate(call)[kind].get(String(input[group]));
    if (!found) throw new AwsError("DBParameterGroupNotFound", `DBParameterGroup not found: ${input[group]}`, 404);
    return { Parameters: found.filter(({ Source }) => (input.Source ?? Source) === Source) };
  },
});

/** Who may restore a snapshot. */
const restore = (snapshot: string | undefined, call: Call) => [
  { AttributeName: "restore", AttributeValues: estate(call).shared.get(snapshot ?? "") ?? [] },
];

/** What AWS has in every region is listed where an account works: elsewhere it would be all there is. */
const atHome = ({ state, account, region }: Call): boolean => isHome(state.seed, account, region);

/** RDS's reads over the estate. */
export const rds: Service = {
  signingName: "rds",
  iamPrefix: "rds",
  protocol: "query",
  regional: true,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    DescribeAccountAttributes: {
      run: (_input: object, call): sdk.AccountAttributesMessage => {
        const { instances, clusters, subnetGroups, eventSubscriptions } = estate(call);
        const counts = {
          DBInstances: instances,
          DBClusters: clusters,
          DBSubnetGroups: subnetGroups,
          EventSubscriptions: eventSubscriptions,
        };
        const quotas = Object.entries(counts).map(([AccountQuotaName, { length: Used }]) => ({
          AccountQuotaName,
          Used,
          Max: 200,
        }));
        return { AccountQuotas: quotas };
      },
    },
    DescribeDBInstances: listing("instances", "DBInstances", "DBInstanceIdentifier", "DBInstanceNotFound"),
    DescribeDBClusters: listing("clusters", "DBClusters", "DBClusterIdentifier", "DBClusterNotFoundFault"),
    DescribeDBSnapshots: listing("snapshots", "DBSnapshots", "DBSnapshotIdentifier", "DBSnapshotNotFound"),
    DescribeDBClusterSnapshots: listing(
      "clusterSnapshots",
      "DBClusterSnapshots",
      "DBClusterSnapshotIdentifier",
      "DBClusterSnapshotNotFoundFault",
    ),
    DescribeDBSubnetGroups: listing(
      "subnetGroups",
      "DBSubnetGroups",
      "DBSubnetGroupName",
      "DBSubnetGroupNotFoundFault",
    ),
    DescribeDBParameterGroups: listing(
      "parameterGroups",
      "DBParameterGroups",
      "DBParameterGroupName",
      "DBParameterGroupNotFound",
    ),
    DescribeDBClusterParameterGroups: listing(
      "clusterParameterGroups",
      "DBClusterParameterGroups",
      "DBClusterParameterGroupName",
      "DBParameterGroupNotFound",
    ),
    DescribeOptionGroups: listing("optionGroups", "OptionGroupsList", "OptionGroupName", "OptionGroupNotFoundFault"),
    DescribeEventSubscriptions: listing(
      "eventSubscriptions",
      "EventSubscriptionsList",
      "CustSubscriptionId",
      "SubscriptionNotFound",
      "SubscriptionName",
    ),
    DescribeDBProxies: listing("proxies", "DBProxies", "DBProxyName", "DBProxyNotFoundFault"),
    DescribeDBInstanceAutomatedBackups: {
      run: (_input: object, call): sdk.DBInstanceAutomatedBackupMessage => ({
        DBInstanceAutomatedBackups: estate(call)
          .instances.filter((each) => each.BackupRetentionPeriod && !each.DBClusterIdentifier)
          .map((each) => ({
            DBInstanceArn: each.DBInstanceArn,
            DbiResourceId: each.DbiResourceId,
            DBInstanceIdentifier: each.DBInstanceIdentifier,
            DBInstanceAutomatedBackupsArn: `arn:aws:rds:${call.region}:${call.account}:auto-backup:ab-${each.DbiResourceId?.slice(3).toLowerCase()}`,
            Region: call.region,
            Status: "active",
            Engine: each.Engine,
            EngineVersion: each.EngineVersion,
            Encrypted: each.StorageEncrypted,
            BackupRetentionPeriod: each.BackupRetentionPeriod,
            TagList: [],
          })),
      }),
    },
    DescribeDBClusterAutomatedBackups: {
      run: (_input: object, call): sdk.DBClusterAutomatedBackupMessage => ({
        DBClusterAutomatedBackups: estate(call).clusters.map((each) => ({
          DBClusterArn: each.DBClusterArn,
          DbClusterResourceId: each.DbClusterResourceId,
          DBClusterIdentifier: each.DBClusterIdentifier,
          DBClusterAutomatedBackupsArn: `arn:aws:rds:${call.region}:${call.account}:cluster-auto-backup:ab-${each.DbClusterResourceId?.slice(8).toLowerCase()}`,
          Region: call.region,
          Status: "active",
          Engine: each.Engine,
          StorageEncrypted: each.StorageEncrypted,
          BackupRetentionPeriod: each.BackupRetentionPeriod,
          TagList: [],
        })),
      }),
    },
    DescribeGlobalClusters: { run: (): sdk.GlobalClustersMessage => ({ GlobalClusters: [] }) },
    DescribeDBProxyEndpoints: listing(
      "proxyEndpoints",
      "DBProxyEndpoints",
      "DBProxyEndpointName",
      "DBProxyEndpointNotFoundFault",
    ),
    DescribeDBProxyTargetGroups: listing("proxyTargetGroups", "TargetGroups", "DBProxyName", "DBProxyNotFoundFault"),
    DescribeDBParameters: parameters("parameters", "DBParameterGroupName"),
    DescribeDBClusterParameters: parameters("clusterParameters", "DBClusterParameterGroupName"),
    DescribeDBSnapshotAttributes: {
      run: (
        { DBSnapshotIdentifier }: sdk.DescribeDBSnapshotAttributesMessage,
        call,
      ): sdk.DescribeDBSnapshotAttributesResult => ({
        DBSnapshotAttributesResult: { DBSnapshotIdentifier, DBSnapshotAttributes: restore(DBSnapshotIdentifier, call) },
      }),
    },
    DescribeDBClusterSnapshotAttributes: {
      run: (
        { DBClusterSnapshotIdentifier }: sdk.DescribeDBClusterSnapshotAttributesMessage,
        call,
      ): sdk.DescribeDBClusterSnapshotAttributesResult => ({
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotIdentifier,
          DBClusterSnapshotAttributes: restore(DBClusterSnapshotIdentifier, call),
        },
      }),
    },
    DescribeCertificates: {
      run: (_input: object, call): sdk.CertificateMessage => ({
        Certificates: atHome(call) ? certificatesOf(call.region) : [],
      }),
    },
    DescribeDBMajorEngineVersions: {
      run: (_input: object, call): sdk.DescribeDBMajorEngineVersionsResponse => ({
        DBMajorEngineVersions: atHome(call) ? [...MAJOR_VERSIONS] : [],
      }),
    },
    ListTagsForResource: {
      run: ({ ResourceName }: sdk.ListTagsForResourceMessage, call): sdk.TagListMessage => {
        const tags = estate(call).tags.get(ResourceName ?? "");
        if (!tags) throw new AwsError("InvalidParameterValue", `${ResourceName} is not a resource of this account`);
        return { TagList: tags };
      },
    },
  },
};
