import * as acm from "@aws-sdk/client-acm";
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as apigatewayv2 from "@aws-sdk/client-apigatewayv2";
import * as applicationautoscaling from "@aws-sdk/client-application-auto-scaling";
import * as appsync from "@aws-sdk/client-appsync";
import * as autoscaling from "@aws-sdk/client-auto-scaling";
import * as backup from "@aws-sdk/client-backup";
import * as batch from "@aws-sdk/client-batch";
import * as cloudfront from "@aws-sdk/client-cloudfront";
import * as datasync from "@aws-sdk/client-datasync";
import * as ds from "@aws-sdk/client-directory-service";
import * as ec2 from "@aws-sdk/client-ec2";
import * as ecr from "@aws-sdk/client-ecr";
import * as ecs from "@aws-sdk/client-ecs";
import * as efs from "@aws-sdk/client-efs";
import * as eks from "@aws-sdk/client-eks";
import * as elasticbeanstalk from "@aws-sdk/client-elastic-beanstalk";
import * as elb from "@aws-sdk/client-elastic-load-balancing";
import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import * as fsx from "@aws-sdk/client-fsx";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as networkfirewall from "@aws-sdk/client-network-firewall";
import * as ram from "@aws-sdk/client-ram";
import * as route53 from "@aws-sdk/client-route-53";
import * as transfer from "@aws-sdk/client-transfer";
import * as vpclattice from "@aws-sdk/client-vpc-lattice";
import * as wafv2 from "@aws-sdk/client-wafv2";
import * as workspaces from "@aws-sdk/client-workspaces";

/** Makes a client that reaches moto. */
export type ClientOf = <C>(client: new (config: never) => C) => C;

/** A service that moto has: how resources are made there, and by which command the AWS CLI lists them. */
export interface Row {
  /** As in the registry of auditors. */
  service: string;
  make: (clientOf: ClientOf) => Promise<unknown>;
  /** Resource type to the command whose answer are the ARNs, or the ids, of its resources. */
  types: Readonly<Record<string, string>>;
}

/** moto's own account. */
const account = "123456789012";
/** moto does not ask whether an image is there. */
const IMAGE = "ami-0123456789abcdef0";
/** An empty zip file: its end-of-directory record alone. */
const emptyZip = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]);

/** Two subnets of the default VPC, each in a zone of its own. */
async function subnets(clientOf: ClientOf): Promise<string[]> {
  const { Subnets } = await clientOf(ec2.EC2Client).send(new ec2.DescribeSubnetsCommand({}));
  const ofDefault = Subnets!.filter(({ DefaultForAz }) => DefaultForAz);
  return ofDefault.slice(0, 2).map(({ SubnetId }) => SubnetId!);
}
async function defaultVpc(clientOf: ClientOf): Promise<string> {
  const { Vpcs } = await clientOf(ec2.EC2Client).send(new ec2.DescribeVpcsCommand({}));
  return Vpcs!.find(({ IsDefault }) => IsDefault)!.VpcId!;
}
async function role(clientOf: ClientOf, RoleName: string, Service: string): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
  const { Role } = await clientOf(IAMClient).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  return Role!.Arn!;
}

/** Compute, networks, edges and storage. */
export const computeRows: readonly Row[] = [
  {
    service: "ec2",
    make: async (clientOf) => {
      const client = clientOf(ec2.EC2Client);
      const { Instances } = await client.send(
        new ec2.RunInstancesCommand({ ImageId: IMAGE, MinCount: 2, MaxCount: 2 }),
      );
      const volume = await client.send(
        new ec2.CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 8, Encrypted: true }),
      );
      const { SnapshotId } = await client.send(new ec2.CreateSnapshotCommand({ VolumeId: volume.VolumeId! }));
      await client.send(
        new ec2.ModifySnapshotAttributeCommand({
          SnapshotId: SnapshotId!,
          Attribute: "createVolumePermission",
          OperationType: "add",
          UserIds: ["999999999999"],
        }),
      );
      await client.send(new ec2.CreateImageCommand({ InstanceId: Instances![0]!.InstanceId!, Name: "golden" }));
      await client.send(new ec2.CreateKeyPairCommand({ KeyName: "deploy" }));
      await client.send(
        new ec2.CreateLaunchTemplateCommand({
          LaunchTemplateName: "web",
          LaunchTemplateData: { InstanceType: "t3.micro", UserData: "c2VjcmV0" },
        }),
      );
    },
    types: {
      "AWS::EC2::Instance": "ec2 describe-instances --query Reservations[].Instances[].InstanceId",
      "AWS::EC2::Volume": "ec2 describe-volumes --query Volumes[].VolumeId",
      "AWS::EC2::Snapshot": "ec2 describe-snapshots --owner-ids self --query Snapshots[].SnapshotId",
      "AWS::EC2::Image": "ec2 describe-images --owners self --query Images[].ImageId",
      "AWS::EC2::KeyPair": "ec2 describe-key-pairs --query KeyPairs[].KeyPairId",
      "AWS::EC2::LaunchTemplate": "ec2 describe-launch-templates --query LaunchTemplates[].LaunchTemplateId",
    },
  },
  {
    service: "vpc",
    make: async (clientOf) => {
      const client = clientOf(ec2.EC2Client);
      const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: "10.7.0.0/16" }));
      const VpcId = Vpc!.VpcId!;
      const { Subnet } = await client.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: "10.7.1.0/24" }));
      await client.send(
        new ec2.CreateSecurityGroupCommand({ VpcId, GroupName: "web", Description: "what the web reaches" }),
      );
      const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({ Domain: "vpc" }));
      await client.send(new ec2.CreateNatGatewayCommand({ SubnetId: Subnet!.SubnetId!, AllocationId: AllocationId! }));
      await client.send(new ec2.CreateInternetGatewayCommand({}));
      await client.send(
        new ec2.CreateManagedPrefixListCommand({ PrefixListName: "offices", MaxEntries: 5, AddressFamily: "IPv4" }),
      );
      const other = await client.send(new ec2.CreateVpcCommand({ CidrBlock: "10.8.0.0/16" }));
      await client.send(new ec2.CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId: other.Vpc!.VpcId! }));
    },
    types: {
      "AWS::EC2::VPC": "ec2 describe-vpcs --query Vpcs[].VpcId",
      "AWS::EC2::Subnet": "ec2 describe-subnets --query Subnets[].SubnetArn",
      "AWS::EC2::SecurityGroup": "ec2 describe-security-groups --query SecurityGroups[].GroupId",
      "AWS::EC2::SecurityGroupRule":
        "ec2 describe-security-group-rules --query SecurityGroupRules[].SecurityGroupRuleId",
      "AWS::EC2::NetworkInterface": "ec2 describe-network-interfaces --query NetworkInterfaces[].NetworkInterfaceId",
      "AWS::EC2::RouteTable": "ec2 describe-route-tables --query RouteTables[].RouteTableId",
      "AWS::EC2::NetworkAcl": "ec2 describe-network-acls --query NetworkAcls[].NetworkAclId",
      "AWS::EC2::InternetGateway": "ec2 describe-internet-gateways --query InternetGateways[].InternetGatewayId",
      "AWS::EC2::NatGateway": "ec2 describe-nat-gateways --query NatGateways[].NatGatewayId",
      "AWS::EC2::EIP": "ec2 describe-addresses --query Addresses[].AllocationId",
      "AWS::EC2::VPCPeeringConnection":
        "ec2 describe-vpc-peering-connections --query VpcPeeringConnections[].VpcPeeringConnectionId",
    },
  },
  {
    service: "vpcendpoints",
    make: async (clientOf) =>
      clientOf(ec2.EC2Client).send(
        new ec2.CreateVpcEndpointCommand({
          VpcId: await defaultVpc(clientOf),
          ServiceName: "com.amazonaws.us-east-1.s3",
        }),
      ),
    types: { "AWS::EC2::VPCEndpoint": "ec2 describe-vpc-endpoints --query VpcEndpoints[].VpcEndpointId" },
  },
  {
    service: "transitgateway",
    make: async (clientOf) => {
      const client = clientOf(ec2.EC2Client);
      const { TransitGateway } = await client.send(new ec2.CreateTransitGatewayCommand({}));
      await client.send(
        new ec2.CreateTransitGatewayVpcAttachmentCommand({
          TransitGatewayId: TransitGateway!.TransitGatewayId!,
          VpcId: await defaultVpc(clientOf),
          SubnetIds: await subnets(clientOf),
        }),
      );
    },
    types: {
      "AWS::EC2::TransitGateway": "ec2 describe-transit-gateways --query TransitGateways[].TransitGatewayArn",
      "AWS::EC2::TransitGatewayVpcAttachment":
        "ec2 describe-transit-gateway-vpc-attachments --query TransitGatewayVpcAttachments[].TransitGatewayAttachmentId",
      "AWS::EC2::TransitGatewayRouteTable":
        "ec2 describe-transit-gateway-route-tables --query TransitGatewayRouteTables[].TransitGatewayRouteTableId",
    },
  },
  {
    service: "vpn",
    make: async (clientOf) => {
      const client = clientOf(ec2.EC2Client);
      const { CustomerGateway } = await client.send(
        new ec2.CreateCustomerGatewayCommand({ Type: "ipsec.1", PublicIp: "198.51.100.7", BgpAsn: 65000 }),
      );
      const { VpnGateway } = await client.send(new ec2.CreateVpnGatewayCommand({ Type: "ipsec.1" }));
      await client.send(
        new ec2.CreateVpnConnectionCommand({
          Type: "ipsec.1",
          CustomerGatewayId: CustomerGateway!.CustomerGatewayId!,
          VpnGatewayId: VpnGateway!.VpnGatewayId!,
        }),
      );
    },
    types: {
      "AWS::EC2::VPNConnection": "ec2 describe-vpn-connections --query VpnConnections[].VpnConnectionId",
      "AWS::EC2::VPNGateway": "ec2 describe-vpn-gateways --query VpnGateways[].VpnGatewayId",
      "AWS::EC2::CustomerGateway": "ec2 describe-customer-gateways --query CustomerGateways[].CustomerGatewayId",
    },
  },
  {
    service: "lambda",
    make: async (clientOf) => {
      const client = clientOf(lambda.LambdaClient);
      const Role = await role(clientOf, "function", "lambda.amazonaws.com");
      for (const FunctionName of ["import", "export"])
        await client.send(
          new lambda.CreateFunctionCommand({
            FunctionName,
            Role,
            Runtime: "nodejs20.x",
            Handler: "index.handler",
            Code: { ZipFile: emptyZip },
            Environment: { Variables: { PASSWORD: "hunter2" } },
          }),
        );
      await client.send(
        new lambda.AddPermissionCommand({
          FunctionName: "import",
          StatementId: "everyone",
          Action: "lambda:InvokeFunction",
          Principal: "*",
        }),
      );
      await client.send(
        new lambda.CreateAliasCommand({ FunctionName: "import", Name: "live", FunctionVersion: "$LATEST" }),
      );
      await client.send(new lambda.PublishLayerVersionCommand({ LayerName: "shared", Content: { ZipFile: emptyZip } }));
    },
    types: {
      "AWS::Lambda::Function": "lambda list-functions --query Functions[].FunctionArn",
      "AWS::Lambda::Alias": "lambda list-aliases --function-name import --query Aliases[].AliasArn",
      "AWS::Lambda::LayerVersion":
        "lambda list-layer-versions --layer-name shared --query LayerVersions[].LayerVersionArn",
    },
  },
  {
    service: "ecs",
    make: async (clientOf) => {
      const client = clientOf(ecs.ECSClient);
      await client.send(new ecs.CreateClusterCommand({ clusterName: "web" }));
      await client.send(
        new ecs.RegisterTaskDefinitionCommand({
          family: "web",
          containerDefinitions: [{ name: "web", image: "web", memory: 128, environment: [{ name: "A", value: "b" }] }],
        }),
      );
      await client.send(
        new ecs.CreateServiceCommand({ cluster: "web", serviceName: "web", taskDefinition: "web", desiredCount: 1 }),
      );
    },
    types: {
      "AWS::ECS::Cluster": "ecs list-clusters --query clusterArns",
      "AWS::ECS::Service": "ecs list-services --cluster web --query serviceArns",
      "AWS::ECS::TaskDefinition": "ecs list-task-definitions --query taskDefinitionArns",
    },
  },
  {
    service: "eks",
    make: async (clientOf) => {
      const client = clientOf(eks.EKSClient);
      const roleArn = await role(clientOf, "cluster", "eks.amazonaws.com");
      const subnetIds = await subnets(clientOf);
      await client.send(new eks.CreateClusterCommand({ name: "platform", roleArn, resourcesVpcConfig: { subnetIds } }));
      await client.send(
        new eks.CreateNodegroupCommand({
          clusterName: "platform",
          nodegroupName: "workers",
          nodeRole: roleArn,
          subnets: subnetIds,
        }),
      );
    },
    types: {
      "AWS::EKS::Cluster": "eks list-clusters --query clusters",
      "AWS::EKS::Nodegroup":
        "eks describe-nodegroup --cluster-name platform --nodegroup-name workers --query [nodegroup.nodegroupArn]",
    },
  },
  {
    service: "ecr",
    make: async (clientOf) =>
      clientOf(ecr.ECRClient).send(new ecr.CreateRepositoryCommand({ repositoryName: "web/app" })),
    types: { "AWS::ECR::Repository": "ecr describe-repositories --query repositories[].repositoryArn" },
  },
  {
    service: "autoscaling",
    make: async (clientOf) => {
      const client = clientOf(autoscaling.AutoScalingClient);
      await client.send(
        new autoscaling.CreateLaunchConfigurationCommand({
          LaunchConfigurationName: "old",
          ImageId: IMAGE,
          InstanceType: "t3.micro",
        }),
      );
      await client.send(
        new autoscaling.CreateAutoScalingGroupCommand({
          AutoScalingGroupName: "web",
          LaunchConfigurationName: "old",
          MinSize: 0,
          MaxSize: 1,
          AvailabilityZones: ["us-east-1a"],
        }),
      );
    },
    types: {
      "AWS::AutoScaling::AutoScalingGroup":
        "autoscaling describe-auto-scaling-groups --query AutoScalingGroups[].AutoScalingGroupARN",
      "AWS::AutoScaling::LaunchConfiguration":
        "autoscaling describe-launch-configurations --query LaunchConfigurations[].LaunchConfigurationARN",
    },
  },
  {
    service: "applicationautoscaling",
    make: async (clientOf) => {
      const client = clientOf(applicationautoscaling.ApplicationAutoScalingClient);
      await clientOf(ecs.ECSClient).send(new ecs.CreateClusterCommand({ clusterName: "scaled" }));
      await clientOf(ecs.ECSClient).send(
        new ecs.RegisterTaskDefinitionCommand({
          family: "scaled",
          containerDefinitions: [{ name: "scaled", image: "scaled", memory: 128 }],
        }),
      );
      await clientOf(ecs.ECSClient).send(
        new ecs.CreateServiceCommand({ cluster: "scaled", serviceName: "scaled", taskDefinition: "scaled" }),
      );
      await client.send(
        new applicationautoscaling.RegisterScalableTargetCommand({
          ServiceNamespace: "ecs",
          ResourceId: "service/scaled/scaled",
          ScalableDimension: "ecs:service:DesiredCount",
          MinCapacity: 1,
          MaxCapacity: 4,
        }),
      );
    },
    types: {
      "AWS::ApplicationAutoScaling::ScalableTarget":
        "application-autoscaling describe-scalable-targets --service-namespace ecs --query ScalableTargets[].join('|',[ResourceId,ScalableDimension,ServiceNamespace])",
    },
  },
  {
    service: "elb",
    make: async (clientOf) =>
      clientOf(elb.ElasticLoadBalancingClient).send(
        new elb.CreateLoadBalancerCommand({
          LoadBalancerName: "old",
          AvailabilityZones: ["us-east-1a"],
          Listeners: [{ Protocol: "http", LoadBalancerPort: 80, InstancePort: 80 }],
        }),
      ),
    types: {
      "AWS::ElasticLoadBalancing::LoadBalancer":
        "elb describe-load-balancers --query LoadBalancerDescriptions[].LoadBalancerName",
    },
  },
  {
    service: "elbv2",
    make: async (clientOf) => {
      const client = clientOf(elbv2.ElasticLoadBalancingV2Client);
      const { LoadBalancers } = await client.send(
        new elbv2.CreateLoadBalancerCommand({ Name: "web", Subnets: await subnets(clientOf) }),
      );
      const { TargetGroups } = await client.send(
        new elbv2.CreateTargetGroupCommand({
          Name: "web",
          Protocol: "HTTP",
          Port: 80,
          VpcId: await defaultVpc(clientOf),
        }),
      );
      await client.send(
        new elbv2.CreateListenerCommand({
          LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
          Protocol: "HTTP",
          Port: 80,
          DefaultActions: [{ Type: "forward", TargetGroupArn: TargetGroups![0]!.TargetGroupArn! }],
        }),
      );
    },
    types: {
      "AWS::ElasticLoadBalancingV2::LoadBalancer":
        "elbv2 describe-load-balancers --query LoadBalancers[].LoadBalancerArn",
      "AWS::ElasticLoadBalancingV2::TargetGroup": "elbv2 describe-target-groups --query TargetGroups[].TargetGroupArn",
    },
  },
  {
    service: "apigateway",
    make: async (clientOf) => {
      const client = clientOf(apigateway.APIGatewayClient);
      await client.send(new apigateway.CreateRestApiCommand({ name: "orders" }));
      await client.send(new apigateway.CreateUsagePlanCommand({ name: "partners" }));
    },
    types: {
      "AWS::ApiGateway::RestApi": "apigateway get-rest-apis --query items[].id",
      "AWS::ApiGateway::UsagePlan": "apigateway get-usage-plans --query items[].id",
    },
  },
  {
    service: "apigatewayv2",
    make: async (clientOf) => {
      const client = clientOf(apigatewayv2.ApiGatewayV2Client);
      const { ApiId } = await client.send(new apigatewayv2.CreateApiCommand({ Name: "orders", ProtocolType: "HTTP" }));
      await client.send(new apigatewayv2.CreateStageCommand({ ApiId: ApiId!, StageName: "live" }));
    },
    types: { "AWS::ApiGatewayV2::Api": "apigatewayv2 get-apis --query Items[].ApiId" },
  },
  {
    service: "cloudfront",
    make: async (clientOf) => {
      const client = clientOf(cloudfront.CloudFrontClient);
      await client.send(
        new cloudfront.CreateDistributionCommand({
          DistributionConfig: {
            CallerReference: "first",
            Comment: "",
            Enabled: true,
            Origins: {
              Quantity: 1,
              Items: [
                {
                  Id: "web",
                  DomainName: "web.s3.amazonaws.com",
                  S3OriginConfig: { OriginAccessIdentity: "" },
                },
              ],
            },
            DefaultCacheBehavior: {
              TargetOriginId: "web",
              ViewerProtocolPolicy: "redirect-to-https",
              MinTTL: 0,
              ForwardedValues: { QueryString: false, Cookies: { Forward: "none" } },
              TrustedSigners: { Enabled: false, Quantity: 0 },
            },
          },
        }),
      );
      await client.send(
        new cloudfront.CreateOriginAccessControlCommand({
          OriginAccessControlConfig: {
            Name: "web",
            SigningProtocol: "sigv4",
            SigningBehavior: "always",
            OriginAccessControlOriginType: "s3",
          },
        }),
      );
    },
    types: {
      "AWS::CloudFront::Distribution": "cloudfront list-distributions --query DistributionList.Items[].ARN",
      "AWS::CloudFront::OriginAccessControl":
        "cloudfront list-origin-access-controls --query OriginAccessControlList.Items[].Id",
    },
  },
  {
    service: "route53",
    make: async (clientOf) => {
      const client = clientOf(route53.Route53Client);
      await client.send(new route53.CreateHostedZoneCommand({ Name: "example.com.", CallerReference: "first" }));
      await client.send(
        new route53.CreateHealthCheckCommand({
          CallerReference: "first",
          HealthCheckConfig: { Type: "HTTPS", FullyQualifiedDomainName: "example.com", Port: 443 },
        }),
      );
    },
    types: {
      "AWS::Route53::HostedZone": "route53 list-hosted-zones --query HostedZones[].Name",
      "AWS::Route53::HealthCheck": "route53 list-health-checks --query HealthChecks[].Id",
    },
  },
  {
    service: "acm",
    make: async (clientOf) => {
      const client = clientOf(acm.ACMClient);
      await client.send(new acm.RequestCertificateCommand({ DomainName: "example.com" }));
      await client.send(
        new acm.RequestCertificateCommand({ DomainName: "example.org", KeyAlgorithm: "EC_prime256v1" }),
      );
    },
    types: {
      "AWS::CertificateManager::Certificate":
        "acm list-certificates --includes keyTypes=RSA_1024,RSA_2048,RSA_3072,RSA_4096,EC_prime256v1,EC_secp384r1,EC_secp521r1 --query CertificateSummaryList[].CertificateArn",
    },
  },
  {
    service: "wafv2",
    make: async (clientOf) => {
      const client = clientOf(wafv2.WAFV2Client);
      const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: "web" };
      await client.send(
        new wafv2.CreateWebACLCommand({
          Name: "web",
          Scope: "REGIONAL",
          DefaultAction: { Allow: {} },
          VisibilityConfig,
        }),
      );
      await client.send(
        new wafv2.CreateIPSetCommand({
          Name: "offices",
          Scope: "REGIONAL",
          IPAddressVersion: "IPV4",
          Addresses: ["198.51.100.0/24"],
        }),
      );
    },
    types: {
      "AWS::WAFv2::WebACL": "wafv2 list-web-acls --scope REGIONAL --query WebACLs[].ARN",
      "AWS::WAFv2::IPSet": "wafv2 list-ip-sets --scope REGIONAL --query IPSets[].ARN",
    },
  },
  {
    service: "networkfirewall",
    make: async (clientOf) =>
      clientOf(networkfirewall.NetworkFirewallClient).send(
        new networkfirewall.CreateFirewallCommand({
          FirewallName: "egress",
          FirewallPolicyArn: `arn:aws:network-firewall:us-east-1:${account}:firewall-policy/egress`,
          VpcId: await defaultVpc(clientOf),
          SubnetMappings: (await subnets(clientOf)).map((SubnetId) => ({ SubnetId })),
        }),
      ),
    types: { "AWS::NetworkFirewall::Firewall": "network-firewall list-firewalls --query Firewalls[].FirewallArn" },
  },
  {
    service: "vpclattice",
    make: async (clientOf) => {
      const client = clientOf(vpclattice.VPCLatticeClient);
      await client.send(new vpclattice.CreateServiceNetworkCommand({ name: "company" }));
      await client.send(new vpclattice.CreateServiceCommand({ name: "orders", authType: "AWS_IAM" }));
    },
    types: {
      "AWS::VpcLattice::ServiceNetwork": "vpc-lattice list-service-networks --query items[].arn",
      "AWS::VpcLattice::Service": "vpc-lattice list-services --query items[].arn",
    },
  },
  {
    service: "elasticbeanstalk",
    make: async (clientOf) => {
      const client = clientOf(elasticbeanstalk.ElasticBeanstalkClient);
      await client.send(new elasticbeanstalk.CreateApplicationCommand({ ApplicationName: "intranet" }));
      await client.send(
        new elasticbeanstalk.CreateEnvironmentCommand({ ApplicationName: "intranet", EnvironmentName: "live" }),
      );
    },
    types: {
      "AWS::ElasticBeanstalk::Environment":
        "elasticbeanstalk describe-environments --query Environments[].EnvironmentArn",
    },
  },
  {
    service: "batch",
    make: async (clientOf) =>
      clientOf(batch.BatchClient).send(
        new batch.RegisterJobDefinitionCommand({
          jobDefinitionName: "nightly",
          type: "container",
          containerProperties: { image: "busybox", vcpus: 1, memory: 128, command: ["sleep", "1"] },
        }),
      ),
    types: { "AWS::Batch::JobDefinition": "batch describe-job-definitions --query jobDefinitions[].jobDefinitionArn" },
  },
  {
    service: "efs",
    make: async (clientOf) => {
      const client = clientOf(efs.EFSClient);
      const { FileSystemId } = await client.send(
        new efs.CreateFileSystemCommand({ CreationToken: "first", Encrypted: true }),
      );
      const [SubnetId] = await subnets(clientOf);
      await client.send(new efs.CreateMountTargetCommand({ FileSystemId: FileSystemId!, SubnetId: SubnetId! }));
      await client.send(new efs.CreateAccessPointCommand({ FileSystemId: FileSystemId!, ClientToken: "first" }));
    },
    types: {
      "AWS::EFS::FileSystem": "efs describe-file-systems --query FileSystems[].FileSystemArn",
      "AWS::EFS::AccessPoint": "efs describe-access-points --query AccessPoints[].AccessPointArn",
    },
  },
  {
    service: "fsx",
    make: async (clientOf) =>
      clientOf(fsx.FSxClient).send(
        new fsx.CreateFileSystemCommand({
          FileSystemType: "LUSTRE",
          StorageCapacity: 1200,
          SubnetIds: (await subnets(clientOf)).slice(0, 1),
        }),
      ),
    types: { "AWS::FSx::FileSystem": "fsx describe-file-systems --query FileSystems[].FileSystemId" },
  },
  {
    service: "backup",
    make: async (clientOf) => {
      const client = clientOf(backup.BackupClient);
      await client.send(new backup.CreateBackupVaultCommand({ BackupVaultName: "safe" }));
      await client.send(
        new backup.CreateBackupPlanCommand({
          BackupPlan: { BackupPlanName: "daily", Rules: [{ RuleName: "daily", TargetBackupVaultName: "safe" }] },
        }),
      );
    },
    types: {
      "AWS::Backup::BackupVault": "backup list-backup-vaults --query BackupVaultList[].BackupVaultArn",
      "AWS::Backup::BackupPlan": "backup list-backup-plans --query BackupPlansList[].BackupPlanArn",
    },
  },
  {
    service: "datasync",
    make: async (clientOf) =>
      clientOf(datasync.DataSyncClient).send(
        new datasync.CreateLocationSmbCommand({
          Subdirectory: "/share",
          ServerHostname: "files.example.com",
          User: "copy",
          Password: "hunter2",
          AgentArns: [`arn:aws:datasync:us-east-1:${account}:agent/agent-0b0addbeef44baca3`],
        }),
      ),
    types: { "AWS::DataSync::Location": "datasync list-locations --query Locations[].LocationArn" },
  },
  {
    service: "transfer",
    make: async (clientOf) => {
      const client = clientOf(transfer.TransferClient);
      const { ServerId } = await client.send(new transfer.CreateServerCommand({ Protocols: ["SFTP"] }));
      await client.send(
        new transfer.CreateUserCommand({
          ServerId: ServerId!,
          UserName: "partner",
          Role: await role(clientOf, "files", "transfer.amazonaws.com"),
        }),
      );
    },
    types: { "AWS::Transfer::Server": "transfer list-servers --query Servers[].Arn" },
  },
  {
    service: "directoryservice",
    make: async (clientOf) =>
      clientOf(ds.DirectoryServiceClient).send(
        new ds.CreateMicrosoftADCommand({
          Name: "corp.example.com",
          Password: "Password123!",
          VpcSettings: { VpcId: await defaultVpc(clientOf), SubnetIds: await subnets(clientOf) },
        }),
      ),
    types: {
      "AWS::DirectoryService::Directory": "ds describe-directories --query DirectoryDescriptions[].DirectoryId",
    },
  },
  {
    service: "workspaces",
    make: async (clientOf) => {
      const { DirectoryId } = await clientOf(ds.DirectoryServiceClient).send(
        new ds.CreateDirectoryCommand({
          Name: "desks.example.com",
          Password: "Password123!",
          Size: "Small",
          VpcSettings: { VpcId: await defaultVpc(clientOf), SubnetIds: await subnets(clientOf) },
        }),
      );
      await clientOf(workspaces.WorkSpacesClient).send(
        new workspaces.RegisterWorkspaceDirectoryCommand({ DirectoryId: DirectoryId! }),
      );
    },
    types: {
      "AWS::WorkSpaces::Directory": "workspaces describe-workspace-directories --query Directories[].DirectoryId",
    },
  },
  {
    service: "appsync",
    make: async (clientOf) => {
      const client = clientOf(appsync.AppSyncClient);
      const { graphqlApi } = await client.send(
        new appsync.CreateGraphqlApiCommand({ name: "orders", authenticationType: "API_KEY" }),
      );
      await client.send(new appsync.CreateApiKeyCommand({ apiId: graphqlApi!.apiId! }));
    },
    types: { "AWS::AppSync::GraphQLApi": "appsync list-graphql-apis --query graphqlApis[].arn" },
  },
  {
    service: "ram",
    make: async (clientOf) =>
      clientOf(ram.RAMClient).send(
        new ram.CreateResourceShareCommand({ name: "networks", allowExternalPrincipals: true }),
      ),
    types: {
      "AWS::RAM::ResourceShare":
        "ram get-resource-shares --resource-owner SELF --query resourceShares[].resourceShareArn",
    },
  },
];
