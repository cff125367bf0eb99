import {
  DescribeACLsCommand,
  DescribeClustersCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetGroupsCommand,
  DescribeUsersCommand,
  MemoryDBClient,
} from "@aws-sdk/client-memorydb";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list } = reads("memorydb");

/** MemoryDB: clusters, their encryption and copies, and who may sign in to them. */
export const memorydb: Service = {
  name: "memorydb",
  title: "MemoryDB: clusters, their encryption and copies, and who may sign in to them",
  client: MemoryDBClient,
  collectors: [
    list("AWS::MemoryDB::Cluster", from(DescribeClustersCommand, "Clusters"), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("memorydb:cluster"),
    }),
    list("AWS::MemoryDB::ACL", from(DescribeACLsCommand, "ACLs"), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("memorydb:acl"),
    }),
    list("AWS::MemoryDB::User", from(DescribeUsersCommand, "Users"), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("memorydb:user"),
    }),
    list("AWS::MemoryDB::Snapshot", from(DescribeSnapshotsCommand, "Snapshots"), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("memorydb:snapshot"),
    }),
    list("AWS::MemoryDB::SubnetGroup", from(DescribeSubnetGroupsCommand, "SubnetGroups"), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("memorydb:subnetgroup"),
    }),
  ],
};
