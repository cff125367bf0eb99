import * as sdk from "@aws-sdk/client-rds";
import { type Databases, databasesOf } from "../estate/databases.ts";
import { AwsError, type Call, type Operation, type Service } from "../service.ts";

interface Paged {
  Marker?: string | undefined;
  MaxRecords?: number | undefined;
}

const estate = ({ state, account, region }: Call): Databases => databasesOf(state.seed, account, region);

/** A listing in pages of at most 100, of one resource where the request names it. */
const listing = <Kind extends keyof Omit<Databases, "tags">>(
  kind: Kind,
  member: string,
  identifier: string,
  notFound: string,
  filter = identifier,
): Operation<Paged & Record<string, unknown>, object> => ({
  run: (input, call) => {
    const all = estate(call)[kind] as object[];
    const wanted = input[filter] as string | undefined;
    const found =
      wanted === undefined ? all : all.filter((each) => (each as Record<string, unknown>)[identifier] === wanted);
    if (wanted !== undefined && !found.length) throw new AwsError(notFound, `${wanted} not found.`, 404);
    const start = Number(input.Marker ?? 0);
    const end = start + (input.MaxRecords ?? 100);
    return { [member]: found.slice(start, end), ...(end < found.length ? { Marker: String(end) } : {}) };
  },
});

/** RDS's reads over the estate. */
export const rds: Service = {
  signingName: "rds",
  iamPrefix: "rds",
  protocol: "query",
  regional: true,
  sdk: { ...sdk },
  operations: {
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
    DescribeDBSnapshotAttributes: {
      run: ({
        DBSnapshotIdentifier,
      }: sdk.DescribeDBSnapshotAttributesMessage): sdk.DescribeDBSnapshotAttributesResult => ({
        DBSnapshotAttributesResult: {
          DBSnapshotIdentifier,
          DBSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: [] }],
        },
      }),
    },
    DescribeDBClusterSnapshotAttributes: {
      run: ({
        DBClusterSnapshotIdentifier,
      }: sdk.DescribeDBClusterSnapshotAttributesMessage): sdk.DescribeDBClusterSnapshotAttributesResult => ({
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotIdentifier,
          DBClusterSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: [] }],
        },
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
