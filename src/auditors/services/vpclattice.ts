import {
  GetAuthPolicyCommand,
  GetResourceConfigurationCommand,
  GetResourcePolicyCommand,
  GetServiceCommand,
  GetServiceNetworkCommand,
  GetTargetGroupCommand,
  ListAccessLogSubscriptionsCommand,
  ListListenersCommand,
  ListResourceConfigurationsCommand,
  ListResourceGatewaysCommand,
  ListServiceNetworkServiceAssociationsCommand,
  ListServiceNetworksCommand,
  ListServiceNetworkVpcAssociationsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTargetGroupsCommand,
  VPCLatticeClient,
} from "@aws-sdk/client-vpc-lattice";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("vpc-lattice");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { resourceArn: "{arn}" }), "tags");
const named = { id: "id", arn: "arn", name: "name", tags } as const;
const networks = from(ListServiceNetworksCommand, "items");
const services = from(ListServicesCommand, "items");
const noPolicy = { none: ["ResourceNotFoundException"] };
const authPolicy = detail(GetAuthPolicyCommand, { resourceIdentifier: "id" }, noPolicy);
const sharing = detail(GetResourcePolicyCommand, { resourceArn: "arn" }, noPolicy);
const logs = detail(ListAccessLogSubscriptionsCommand, { resourceIdentifier: "id" });

/** VPC Lattice: services that reach each other across networks and accounts, and the policies on them. */
export const vpclattice: Service = {
  name: "vpclattice",
  title: "VPC Lattice: service networks, services and resources with policies, access logs and who is joined to them",
  client: VPCLatticeClient,
  collectors: [
    list("AWS::VpcLattice::ServiceNetwork", networks, {
      ...named,
      describe: describe(GetServiceNetworkCommand, { serviceNetworkIdentifier: "id" }),
      details: [authPolicy, sharing, logs],
    }),
    list(
      "AWS::VpcLattice::ServiceNetworkVpcAssociation",
      under(networks, ListServiceNetworkVpcAssociationsCommand, "items", { serviceNetworkIdentifier: "id" }),
      { id: "id", arn: "arn", tags },
    ),
    list(
      "AWS::VpcLattice::ServiceNetworkServiceAssociation",
      under(networks, ListServiceNetworkServiceAssociationsCommand, "items", { serviceNetworkIdentifier: "id" }),
      { id: "id", arn: "arn", tags },
    ),
    list("AWS::VpcLattice::Service", services, {
      ...named,
      describe: describe(GetServiceCommand, { serviceIdentifier: "id" }),
      details: [authPolicy, sharing, logs],
    }),
    list(
      "AWS::VpcLattice::Listener",
      under(services, ListListenersCommand, "items", { serviceIdentifier: "id" }),
      named,
    ),
    list("AWS::VpcLattice::TargetGroup", from(ListTargetGroupsCommand, "items"), {
      ...named,
      describe: describe(GetTargetGroupCommand, { targetGroupIdentifier: "id" }),
    }),
    list("AWS::VpcLattice::ResourceGateway", from(ListResourceGatewaysCommand, "items"), named),
    list("AWS::VpcLattice::ResourceConfiguration", from(ListResourceConfigurationsCommand, "items"), {
      ...named,
      describe: describe(GetResourceConfigurationCommand, { resourceConfigurationIdentifier: "id" }),
      details: [sharing],
    }),
  ],
};
