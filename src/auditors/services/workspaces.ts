import {
  DescribeAccountCommand,
  DescribeConnectionAliasesCommand,
  DescribeConnectionAliasPermissionsCommand,
  DescribeIpGroupsCommand,
  DescribeTagsCommand,
  DescribeWorkspaceBundlesCommand,
  DescribeWorkspaceDirectoriesCommand,
  DescribeWorkspaceImagePermissionsCommand,
  DescribeWorkspaceImagesCommand,
  DescribeWorkspacesCommand,
  DescribeWorkspacesPoolsCommand,
  WorkSpacesClient,
} from "@aws-sdk/client-workspaces";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("workspaces");
const arn = <Kind extends string, Id extends string>(kind: Kind, id: Id) =>
  `arn:{partition}:workspaces:{region}:{account}:${kind}/{${id}}` as const;
const tagsOf = (id: string) => tagsFrom(detail(DescribeTagsCommand, { ResourceId: id }), "TagList");
const onlyWithDirectory: OnlyWith = {
  type: "AWS::WorkSpaces::Directory",
  because: "https://docs.aws.amazon.com/workspaces/latest/api/API_DeregisterWorkspaceDirectory.html",
};
const onlyWithImage: OnlyWith = {
  type: "AWS::WorkSpaces::Image",
  because: "https://docs.aws.amazon.com/workspaces/latest/api/API_DeleteWorkspaceImage.html",
};

/** WorkSpaces: desktops, whether their disks are encrypted, and from where they are reached. */
export const workspaces: Service = {
  name: "workspaces",
  title: "WorkSpaces: desktops with their encryption, directories with access rules, images with their sharing",
  client: WorkSpacesClient,
  collectors: [
    list("AWS::WorkSpaces::Workspace", from(DescribeWorkspacesCommand, "Workspaces"), {
      onlyWith: onlyWithDirectory,
      id: "WorkspaceId",
      arn: arn("workspace", "WorkspaceId"),
      name: "UserName",
      tags: taggingApi("workspaces:workspace"),
    }),
    list("AWS::WorkSpaces::Directory", from(DescribeWorkspaceDirectoriesCommand, "Directories"), {
      id: "DirectoryId",
      arn: arn("directory", "DirectoryId"),
      name: "DirectoryName",
      tags: tagsOf("DirectoryId"),
      // With it, and a user's password, a desktop is reached from anywhere.
      redact: ["RegistrationCode"],
    }),
    list("AWS::WorkSpaces::IpGroup", from(DescribeIpGroupsCommand, "Result"), {
      id: "groupId",
      arn: arn("workspaceipgroup", "groupId"),
      name: "groupName",
      tags: tagsOf("groupId"),
    }),
    list("AWS::WorkSpaces::Image", from(DescribeWorkspaceImagesCommand, "Images", { input: { ImageType: "OWNED" } }), {
      id: "ImageId",
      arn: arn("workspaceimage", "ImageId"),
      name: "Name",
      tags: tagsOf("ImageId"),
      details: [detail(DescribeWorkspaceImagePermissionsCommand, { ImageId: "ImageId" })],
    }),
    // Without an owner, the account's own bundles are listed.
    list("AWS::WorkSpaces::Bundle", from(DescribeWorkspaceBundlesCommand, "Bundles"), {
      onlyWith: onlyWithImage,
      id: "BundleId",
      arn: arn("workspacebundle", "BundleId"),
      name: "Name",
      tags: tagsOf("BundleId"),
    }),
    list("AWS::WorkSpaces::WorkspacesPool", from(DescribeWorkspacesPoolsCommand, "WorkspacesPools"), {
      id: "PoolId",
      arn: "PoolArn",
      name: "PoolName",
      tags: tagsOf("PoolId"),
    }),
    list("AWS::WorkSpaces::ConnectionAlias", from(DescribeConnectionAliasesCommand, "ConnectionAliases"), {
      id: "AliasId",
      arn: arn("connectionalias", "AliasId"),
      tags: tagsOf("AliasId"),
      details: [detail(DescribeConnectionAliasPermissionsCommand, { AliasId: "AliasId" })],
      notSecret: { ConnectionString: "the domain name that users enter" },
    }),
    list("AWS::WorkSpaces::Account", from(DescribeAccountCommand)),
  ],
};
