import type * as ec2Sdk from "@aws-sdk/client-ec2";
import * as ecsSdk from "@aws-sdk/client-ecs";
import * as iamSdk from "@aws-sdk/client-iam";
import * as rdsSdk from "@aws-sdk/client-rds";
import { AwsError, type Call, type Service } from "../sandbox/service.ts";
import { ec2 } from "../sandbox/services/ec2.ts";
import { kms } from "../sandbox/services/kms.ts";
import { lambda } from "../sandbox/services/lambda.ts";
import { s3 } from "../sandbox/services/s3.ts";
import { ssm } from "../sandbox/services/ssm.ts";
import { sts } from "../sandbox/services/sts.ts";
import {
  clusterOf,
  DEFINITIONS_AT_MOST,
  definitionNumber,
  definitionOf,
  type Holdings,
  serviceOf,
  snapshotOf,
  volumeOf,
} from "./estate.ts";

/** What the services are written with, taken out of the SDK's modules once for all runs of the process. */
const rdsShapes = { ...rdsSdk };
const iamShapes = { ...iamSdk };
const ecsShapes = { ...ecsSdk };

/** What the members hold, and how many resources an answer has at most: few, so that listings have several pages. */
interface Members {
  holdingsOf(account: string): Holdings;
  pageSize: number;
}

/** A page of so many things, made or taken from a list as they are asked for. */
function pageOf<T>(of: number, at: (n: number) => T, marker: string | undefined, size: number) {
  const start = Number(marker ?? 0);
  if (!Number.isInteger(start) || start < 0 || start > of)
    throw new AwsError("InvalidParameterValue", `${marker} is no page token`);
  const end = Math.min(of, start + size);
  const items = Array.from({ length: end - start }, (_none, n) => at(start + n));
  return { items, next: end < of ? String(end) : undefined };
}

const pageOfList = <T>(all: readonly T[], marker: string | undefined, size: number) =>
  pageOf(all.length, (n) => all[n]!, marker, size);

const countIn = (of: Map<string, number>, { region }: Call): number => of.get(region) ?? 0;
const listIn = <T>(of: Map<string, T[]>, { region }: Call): T[] => of.get(region) ?? [];

/** EC2: the sandbox's regions, and the members' volumes and snapshots. */
const ec2Of = ({ holdingsOf, pageSize }: Members): Service => ({
  ...ec2,
  operations: {
    DescribeRegions: ec2.operations.DescribeRegions!,
    DescribeVolumes: {
      run: ({ NextToken }: ec2Sdk.DescribeVolumesRequest, call): ec2Sdk.DescribeVolumesResult => {
        const { account, region } = call;
        const of = countIn(holdingsOf(account).volumes, call);
        const { items, next } = pageOf(of, (n) => volumeOf(account, region, n), NextToken, pageSize);
        return { Volumes: items, NextToken: next };
      },
    },
    DescribeSnapshots: {
      run: ({ NextToken }: ec2Sdk.DescribeSnapshotsRequest, call): ec2Sdk.DescribeSnapshotsResult => {
        const { account, region } = call;
        const of = countIn(holdingsOf(account).snapshots, call);
        const { items, next } = pageOf(of, (n) => snapshotOf(account, region, n), NextToken, pageSize);
        return { Snapshots: items, NextToken: next };
      },
    },
    DescribeSnapshotAttribute: {
      run: ({ SnapshotId }: ec2Sdk.DescribeSnapshotAttributeRequest): ec2Sdk.DescribeSnapshotAttributeResult => ({
        SnapshotId,
        CreateVolumePermissions: [],
      }),
    },
  },
});

/** RDS: instances, and subnet groups whose tags are a call each. */
const rdsOf = ({ holdingsOf, pageSize }: Members): Service => ({
  signingName: "rds",
  iamPrefix: "rds",
  protocol: "query",
  regional: true,
  sdk: rdsShapes,
  operations: {
    DescribeDBInstances: {
      run: ({ Marker }: rdsSdk.DescribeDBInstancesMessage, call): rdsSdk.DBInstanceMessage => {
        const { items, next } = pageOfList(listIn(holdingsOf(call.account).instances, call), Marker, pageSize);
        return { DBInstances: items, Marker: next };
      },
    },
    DescribeDBSubnetGroups: {
      run: ({ Marker }: rdsSdk.DescribeDBSubnetGroupsMessage, call): rdsSdk.DBSubnetGroupMessage => {
        const { items, next } = pageOfList(listIn(holdingsOf(call.account).groups, call), Marker, pageSize);
        return { DBSubnetGroups: items.map(({ group }) => group), Marker: next };
      },
    },
    ListTagsForResource: {
      run: ({ ResourceName }: rdsSdk.ListTagsForResourceMessage, call): rdsSdk.TagListMessage => {
        const groups = listIn(holdingsOf(call.account).groups, call);
        const found = groups.find(({ group }) => group.DBSubnetGroupArn === ResourceName);
        if (!found) throw new AwsError("DBSubnetGroupNotFoundFault", `${ResourceName} not found`, 404);
        return { TagList: found.tags };
      },
    },
  },
});

/** IAM: users in one listing, their keys and MFA devices in a call for each user. */
function iamOf({ holdingsOf, pageSize }: Members): Service {
  const userNamed = (call: Call, name: string | undefined) => {
    const found = holdingsOf(call.account).people.find(({ facts }) => facts.UserName === name);
    if (!found) throw new AwsError("NoSuchEntity", `The user with name ${name} cannot be found.`, 404);
    return found;
  };
  return {
    signingName: "iam",
    iamPrefix: "iam",
    protocol: "query",
    regional: false,
    sdk: iamShapes,
    operations: {
      GetAccountAuthorizationDetails: {
        run: ({ Marker }: iamSdk.GetAccountAuthorizationDetailsRequest, call) => {
          const { items, next } = pageOfList(holdingsOf(call.account).people, Marker, pageSize);
          return { UserDetailList: items.map(({ facts }) => facts), IsTruncated: Boolean(next), Marker: next };
        },
      },
      ListAccessKeys: {
        run: ({ UserName }: iamSdk.ListAccessKeysRequest, call) => ({
          AccessKeyMetadata: userNamed(call, UserName).keys,
          IsTruncated: false,
        }),
      },
      ListMFADevices: {
        run: ({ UserName }: iamSdk.ListMFADevicesRequest, call) => ({
          MFADevices: userNamed(call, UserName).mfa,
          IsTruncated: false,
        }),
      },
    },
  };
}

/** ECS: clusters, and in each its services. */
function clusterOperations({ holdingsOf, pageSize }: Members): Service["operations"] {
  const clustersIn = (call: Call) =>
    (holdingsOf(call.account).clusters.get(call.region) ?? []).map((services, n) => {
      const cluster = clusterOf(call.account, call.region, n);
      return { cluster, services: Array.from({ length: services }, (_none, each) => serviceOf(cluster, each)) };
    });
  const servicesIn = (call: Call, arn: string | undefined) => {
    const found = clustersIn(call).find(({ cluster }) => cluster.clusterArn === arn);
    if (!found) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return found.services;
  };
  return {
    ListClusters: {
      run: ({ nextToken }: ecsSdk.ListClustersRequest, call): ecsSdk.ListClustersResponse => {
        const { items, next } = pageOfList(clustersIn(call), nextToken, pageSize);
        return { clusterArns: items.map(({ cluster }) => cluster.clusterArn!), nextToken: next };
      },
    },
    DescribeClusters: {
      run: ({ clusters = [] }: ecsSdk.DescribeClustersRequest, call): ecsSdk.DescribeClustersResponse => ({
        clusters: clustersIn(call).flatMap(({ cluster }) => (clusters.includes(cluster.clusterArn!) ? cluster : [])),
        failures: [],
      }),
    },
    ListServices: {
      run: ({ cluster, nextToken }: ecsSdk.ListServicesRequest, call): ecsSdk.ListServicesResponse => {
        const { items, next } = pageOfList(servicesIn(call, cluster), nextToken, pageSize);
        return { serviceArns: items.map(({ serviceArn }) => serviceArn!), nextToken: next };
      },
    },
    DescribeServices: {
      run: ({ cluster, services = [] }: ecsSdk.DescribeServicesRequest, call): ecsSdk.DescribeServicesResponse => ({
        services: servicesIn(call, cluster).filter(({ serviceArn }) => services.includes(serviceArn!)),
        failures: [],
      }),
    },
  };
}

/** ECS: clusters with their services, and task definitions that are listed by ARN and described one by one. */
const ecsOf = ({ holdingsOf, pageSize }: Members): Service => ({
  signingName: "ecs",
  iamPrefix: "ecs",
  protocol: "json",
  regional: true,
  sdk: ecsShapes,
  operations: {
    ListTaskDefinitions: {
      run: ({ nextToken }: ecsSdk.ListTaskDefinitionsRequest, call): ecsSdk.ListTaskDefinitionsResponse => {
        const { account, region } = call;
        const of = countIn(holdingsOf(account).definitions, call);
        const arnOf = (n: number) => definitionOf(account, region, n).taskDefinition.taskDefinitionArn!;
        const { items, next } = pageOf(of, arnOf, nextToken, Math.min(pageSize, DEFINITIONS_AT_MOST));
        return { taskDefinitionArns: items, nextToken: next };
      },
    },
    DescribeTaskDefinition: {
      run: ({ taskDefinition = "" }: ecsSdk.DescribeTaskDefinitionRequest, call) => {
        const n = definitionNumber(taskDefinition);
        if (!(n < countIn(holdingsOf(call.account).definitions, call)))
          throw new AwsError("ClientException", "Unable to describe task definition.");
        return definitionOf(call.account, call.region, n) satisfies ecsSdk.DescribeTaskDefinitionResponse;
      },
    },
    ...clusterOperations({ holdingsOf, pageSize }),
  },
});

/**
 * The services that a simulated run meets: the sandbox's own of the audit account, and small ones in the members.
 * @param pageSize resources of one page: few, so that listings have several
 */
export function simulatedServices(
  holdingsOf: (account: string) => Holdings,
  pageSize: number,
): ReadonlyMap<string, Service> {
  const members = { holdingsOf, pageSize };
  const ofMembers = [ec2Of(members), ecsOf(members), iamOf(members), rdsOf(members)];
  return new Map([...ofMembers, kms, lambda, s3, ssm, sts].map((each) => [each.signingName, each]));
}
