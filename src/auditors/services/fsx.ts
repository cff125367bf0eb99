import {
  DescribeBackupsCommand,
  DescribeDataRepositoryAssociationsCommand,
  DescribeFileCachesCommand,
  DescribeFileSystemsCommand,
  DescribeS3AccessPointAttachmentsCommand,
  DescribeSharedVpcConfigurationCommand,
  DescribeSnapshotsCommand,
  DescribeStorageVirtualMachinesCommand,
  DescribeVolumesCommand,
  FSxClient,
} from "@aws-sdk/client-fsx";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("fsx");
const tagged = { arn: "ResourceARN", tags: inline("Tags") } as const;

/** What a change still under way will make of it can hold the password that it sets, deep in itself. */
const changes = (prefix = "") => [`${prefix}AdministrativeActions`];
const ofFileSystem = (prefix = "") => ({
  redact: [...changes(prefix), `${prefix}OntapConfiguration.FsxAdminPassword`],
  notSecret: {
    [`${prefix}WindowsConfiguration.SelfManagedActiveDirectoryConfiguration.DomainJoinServiceAccountSecret`]:
      "the ARN of a secret",
  },
});
const ofVirtualMachine = "ActiveDirectoryConfiguration.SelfManagedActiveDirectoryConfiguration";
const onlyWithFileSystem: OnlyWith = {
  type: "AWS::FSx::FileSystem",
  because: "https://docs.aws.amazon.com/fsx/latest/APIReference/API_DeleteFileSystem.html",
};

/** FSx: file systems for Windows, Lustre, ONTAP and OpenZFS, and their copies. */
export const fsx: Service = {
  name: "fsx",
  title: "FSx: file systems with encryption and backups, their volumes, virtual machines and copies",
  client: FSxClient,
  collectors: [
    list("AWS::FSx::FileSystem", from(DescribeFileSystemsCommand, "FileSystems"), {
      id: "FileSystemId",
      ...tagged,
      ...ofFileSystem(),
    }),
    list("AWS::FSx::Backup", from(DescribeBackupsCommand, "Backups"), {
      id: "BackupId",
      ...tagged,
      redact: [...ofFileSystem("FileSystem.").redact, ...changes("Volume.")],
      notSecret: ofFileSystem("FileSystem.").notSecret,
    }),
    list("AWS::FSx::Volume", from(DescribeVolumesCommand, "Volumes"), {
      onlyWith: onlyWithFileSystem,
      id: "VolumeId",
      name: "Name",
      ...tagged,
      redact: changes(),
    }),
    list("AWS::FSx::Snapshot", from(DescribeSnapshotsCommand, "Snapshots"), {
      onlyWith: onlyWithFileSystem,
      id: "SnapshotId",
      name: "Name",
      ...tagged,
      redact: changes(),
    }),
    list("AWS::FSx::StorageVirtualMachine", from(DescribeStorageVirtualMachinesCommand, "StorageVirtualMachines"), {
      onlyWith: onlyWithFileSystem,
      id: "StorageVirtualMachineId",
      name: "Name",
      ...tagged,
      notSecret: { [`${ofVirtualMachine}.DomainJoinServiceAccountSecret`]: "the ARN of a secret" },
    }),
    list("AWS::FSx::DataRepositoryAssociation", from(DescribeDataRepositoryAssociationsCommand, "Associations"), {
      id: "AssociationId",
      ...tagged,
    }),
    list("AWS::FSx::FileCache", from(DescribeFileCachesCommand, "FileCaches"), {
      id: "FileCacheId",
      arn: "ResourceARN",
    }),
    list(
      "AWS::FSx::S3AccessPointAttachment",
      from(DescribeS3AccessPointAttachmentsCommand, "S3AccessPointAttachments"),
      { id: "Name" },
    ),
    list("AWS::FSx::SharedVpcConfiguration", from(DescribeSharedVpcConfigurationCommand)),
  ],
};
