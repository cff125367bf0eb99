import {
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  ListPermissionsCommand,
  ListPrincipalsCommand,
  ListResourcesCommand,
  RAMClient,
} from "@aws-sdk/client-ram";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("ram");
const owners = [{ resourceOwner: "SELF" as const }, { resourceOwner: "OTHER-ACCOUNTS" as const }];
const onlyWithShare: OnlyWith = {
  type: "AWS::RAM::ResourceShare",
  because: "https://docs.aws.amazon.com/ram/latest/APIReference/API_DeleteResourceShare.html",
};

/** Resource Access Manager: what is shared with other accounts, and what they share with this one. */
export const ram: Service = {
  name: "ram",
  title: "Resource Access Manager: resource shares, given and received, with their resources and principals",
  client: RAMClient,
  collectors: [
    list("AWS::RAM::ResourceShare", from(GetResourceSharesCommand, "resourceShares", { input: owners }), {
      id: "resourceShareArn",
      arn: "resourceShareArn",
      name: "name",
      tags: inline("tags"),
    }),
    list("AWS::RAM::SharedResource", from(ListResourcesCommand, "resources", { input: owners }), {
      // As a template `{arn}` would be the share's own.
      onlyWith: onlyWithShare,
      id: ({ resourceShareArn, arn }) => `${resourceShareArn}|${arn}`,
      name: "arn",
    }),
    list("AWS::RAM::SharedPrincipal", from(ListPrincipalsCommand, "principals", { input: owners }), {
      onlyWith: onlyWithShare,
      id: "{resourceShareArn}|{id}",
      name: "id",
    }),
    list(
      "AWS::RAM::ResourceShareAssociation",
      from(GetResourceShareAssociationsCommand, "resourceShareAssociations", {
        input: [{ associationType: "PRINCIPAL" }, { associationType: "RESOURCE" }],
      }),
      { onlyWith: onlyWithShare, id: "{resourceShareArn}|{associatedEntity}" },
    ),
    list("AWS::RAM::ResourceShareInvitation", from(GetResourceShareInvitationsCommand, "resourceShareInvitations"), {
      id: "resourceShareInvitationArn",
    }),
    list(
      "AWS::RAM::Permission",
      from(ListPermissionsCommand, "permissions", { input: { permissionType: "CUSTOMER_MANAGED" } }),
      { id: "arn", arn: "arn", name: "name", tags: inline("tags") },
    ),
  ],
};
