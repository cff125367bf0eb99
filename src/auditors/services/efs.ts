import {
  DescribeAccessPointsCommand,
  DescribeBackupPolicyCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeLifecycleConfigurationCommand,
  DescribeMountTargetSecurityGroupsCommand,
  DescribeMountTargetsCommand,
  DescribeReplicationConfigurationsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, under, list, detail } = reads("elasticfilesystem");
const fileSystems = from(DescribeFileSystemsCommand, "FileSystems");
const one = { FileSystemId: "FileSystemId" } as const;
const idempotency = "the caller's idempotency token";
const onlyWithFileSystem: OnlyWith = {
  type: "AWS::EFS::FileSystem",
  because: "https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystem.html",
};

/** EFS: file systems, who may mount them and from where. */
export const efs: Service = {
  name: "efs",
  title: "EFS: file systems with policy, encryption and backup, their mount targets and access points",
  client: EFSClient,
  collectors: [
    list("AWS::EFS::FileSystem", fileSystems, {
      id: "FileSystemId",
      arn: "FileSystemArn",
      name: "Name",
      tags: inline("Tags"),
      details: [
        detail(DescribeFileSystemPolicyCommand, one, { none: ["PolicyNotFound"] }),
        detail(DescribeBackupPolicyCommand, one, { none: ["PolicyNotFound"] }),
        detail(DescribeLifecycleConfigurationCommand, one),
      ],
      notSecret: { CreationToken: idempotency },
    }),
    list("AWS::EFS::MountTarget", under(fileSystems, DescribeMountTargetsCommand, "MountTargets", one), {
      id: "MountTargetId",
      details: [detail(DescribeMountTargetSecurityGroupsCommand, { MountTargetId: "MountTargetId" })],
    }),
    list("AWS::EFS::AccessPoint", from(DescribeAccessPointsCommand, "AccessPoints"), {
      id: "AccessPointId",
      arn: "AccessPointArn",
      name: "Name",
      tags: inline("Tags"),
      notSecret: { ClientToken: idempotency },
    }),
    list(
      "AWS::EFS::ReplicationConfiguration",
      from(DescribeReplicationConfigurationsCommand, "Replications", { none: ["ReplicationNotFound"] }),
      { onlyWith: onlyWithFileSystem, id: "SourceFileSystemId" },
    ),
  ],
};
