import {
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheSubnetGroupsCommand,
  DescribeGlobalReplicationGroupsCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCacheSnapshotsCommand,
  DescribeServerlessCachesCommand,
  DescribeSnapshotsCommand,
  DescribeUserGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list } = reads("elasticache");

/** ElastiCache: caches, their encryption and copies, and who may sign in to them. */
export const elasticache: Service = {
  name: "elasticache",
  title: "ElastiCache: caches, their encryption and copies, and who may sign in to them",
  client: ElastiCacheClient,
  collectors: [
    list("AWS::ElastiCache::ReplicationGroup", from(DescribeReplicationGroupsCommand, "ReplicationGroups"), {
      id: "ReplicationGroupId",
      arn: "ARN",
      tags: taggingApi("elasticache:replicationgroup"),
    }),
    list(
      "AWS::ElastiCache::CacheCluster",
      from(DescribeCacheClustersCommand, "CacheClusters", { input: { ShowCacheNodeInfo: true } }),
      {
        id: "CacheClusterId",
        arn: "ARN",
        tags: taggingApi("elasticache:cluster"),
      },
    ),
    list("AWS::ElastiCache::ServerlessCache", from(DescribeServerlessCachesCommand, "ServerlessCaches"), {
      id: "ServerlessCacheName",
      arn: "ARN",
      tags: taggingApi("elasticache:serverlesscache"),
    }),
    list(
      "AWS::ElastiCache::GlobalReplicationGroup",
      from(DescribeGlobalReplicationGroupsCommand, "GlobalReplicationGroups", { input: { ShowMemberInfo: true } }),
      {
        id: "GlobalReplicationGroupId",
        arn: "ARN",
      },
    ),
    list("AWS::ElastiCache::Snapshot", from(DescribeSnapshotsCommand, "Snapshots"), {
      id: "SnapshotName",
      arn: "ARN",
      tags: taggingApi("elasticache:snapshot"),
    }),
    list(
      "AWS::ElastiCache::ServerlessCacheSnapshot",
      from(DescribeServerlessCacheSnapshotsCommand, "ServerlessCacheSnapshots"),
      {
        id: "ServerlessCacheSnapshotName",
        arn: "ARN",
        tags: taggingApi("elasticache:serverlesscachesnapshot"),
      },
    ),
    list("AWS::ElastiCache::User", from(DescribeUsersCommand, "Users"), {
      id: "UserId",
      arn: "ARN",
      name: "UserName",
      tags: taggingApi("elasticache:user"),
    }),
    list("AWS::ElastiCache::UserGroup", from(DescribeUserGroupsCommand, "UserGroups"), {
      id: "UserGroupId",
      arn: "ARN",
      tags: taggingApi("elasticache:usergroup"),
    }),
    list("AWS::ElastiCache::SubnetGroup", from(DescribeCacheSubnetGroupsCommand, "CacheSubnetGroups"), {
      id: "CacheSubnetGroupName",
      arn: "ARN",
      tags: taggingApi("elasticache:subnetgroup"),
    }),
    list("AWS::ElastiCache::ParameterGroup", from(DescribeCacheParameterGroupsCommand, "CacheParameterGroups"), {
      id: "CacheParameterGroupName",
      arn: "ARN",
      tags: taggingApi("elasticache:parametergroup"),
    }),
  ],
};
