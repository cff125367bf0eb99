import type { Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Cluster, Service as EcsService, Tag as EcsTag, TaskDefinition } from "@aws-sdk/client-ecs";
import type { DBInstance, DBSubnetGroup, Tag } from "@aws-sdk/client-rds";
import { pick, randomOf } from "../sandbox/random.ts";

/** A user as IAM's listing of details has it, with the answers of the two calls about it. */
export interface Person {
  facts: { UserName: string; UserId: string; Arn: string; Path: string; CreateDate: Date; Tags: Tag[] };
  keys: { UserName: string; AccessKeyId: string; Status: "Active"; CreateDate: Date }[];
  mfa: { UserName: string; SerialNumber: string; EnableDate: Date }[];
}

/** What one simulated account holds: little, but of each way in which resources are found and tagged. */
export interface Holdings {
  /** By region: tags come with the listing. */
  instances: Map<string, DBInstance[]>;
  /** By region: tags cost a call each. */
  groups: Map<string, { group: DBSubnetGroup; tags: Tag[] }[]>;
  people: Person[];
  /** How many there are by region: what one is like, its number decides. */
  volumes: Map<string, number>;
  snapshots: Map<string, number>;
  definitions: Map<string, number>;
  /** By region: how many services each cluster has. */
  clusters: Map<string, number[]>;
}

/** The n-th volume of an account's region: tags come with the listing. */
export const volumeOf = (account: string, region: string, n: number): Volume => ({
  VolumeId: `vol-${account}-${region}-${n}`,
  Size: 8 + (n % 90),
  State: n % 3 ? "in-use" : "available",
  Tags: [{ Key: "number", Value: String(n) }],
});

/** The n-th snapshot: who may use it takes a call for each. */
export const snapshotOf = (account: string, region: string, n: number): Snapshot => ({
  SnapshotId: `snap-${account}-${region}-${n}`,
  OwnerId: account,
  VolumeSize: 8 + (n % 90),
  Tags: [],
});

/**
 * Task definitions of a page.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html maxResults
 */
export const DEFINITIONS_AT_MOST = 100;

/** Revisions of a family of task definitions: those of a pipeline that registers one for each deployment. */
const REVISIONS = 1_000;

/** The n-th task definition of an account's region, and its tags: what it runs takes a call for each. */
export function definitionOf(
  account: string,
  region: string,
  n: number,
): { taskDefinition: TaskDefinition; tags: EcsTag[] } {
  const family = `family-${Math.floor(n / REVISIONS)}`;
  const revision = 1 + (n % REVISIONS);
  return {
    taskDefinition: {
      taskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/${family}:${revision}`,
      family,
      revision,
      status: "ACTIVE",
      containerDefinitions: [{ name: "app", image: `${family}:${revision}`, readonlyRootFilesystem: n % 2 === 0 }],
    },
    tags: [{ key: "family", value: family }],
  };
}

/** The n-th cluster of an account's region, as it is described. */
export function clusterOf(account: string, region: string, n: number): Cluster {
  const clusterName = `cluster-${n}`;
  const clusterArn = `arn:aws:ecs:${region}:${account}:cluster/${clusterName}`;
  const settings = [{ name: "containerInsights" as const, value: n % 2 ? "enabled" : "disabled" }];
  return { clusterArn, clusterName, status: "ACTIVE", settings, tags: [{ key: "number", value: String(n) }] };
}

/** A service of a cluster, as it is described. */
export function serviceOf({ clusterArn = "", clusterName }: Cluster, n: number): EcsService {
  const serviceName = `service-${n}`;
  const serviceArn = `${clusterArn.replace(/:cluster\/.*$/, "")}:service/${clusterName}/${serviceName}`;
  return { serviceArn, serviceName, clusterArn, status: "ACTIVE", desiredCount: n, tags: [] };
}

/** The cluster that a service's ARN says it is of; undefined for anything else. */
export function clusterOfService(arn: string): string | undefined {
  const [, of, cluster] = /^(arn:aws:ecs:.*):service\/([^/]+)\//.exec(arn) ?? [];
  return of && `${of}:cluster/${cluster}`;
}

/** The number of a task definition by its ARN. */
export function definitionNumber(arn: string): number {
  const [, family, revision] = /family-(\d+):(\d+)$/.exec(arn) ?? [];
  return Number(family) * REVISIONS + Number(revision) - 1;
}

/** Resources of one type and region at most. */
export interface Sizes {
  instances: number;
  groups: number;
  people: number;
  volumes?: number;
  snapshots?: number;
  definitions?: number;
  clusters?: number;
}

/** How many resources an account has. */
export function resourcesOf({ people, ...byRegion }: Holdings): number {
  const { instances, groups, volumes, snapshots, definitions, clusters } = byRegion;
  const lists = [...instances.values(), ...groups.values()].map((all) => all.length);
  const counts = [...volumes.values(), ...snapshots.values(), ...definitions.values()];
  const ofClusters = [...clusters.values()].flatMap((services) => services.map((each) => 1 + each));
  return [people.length, ...lists, ...counts, ...ofClusters].reduce((total, count) => total + count, 0);
}

const DAY = 86_400_000;

/** What controls ask of an instance: some as they should be, some not, some not said. */
function settingsOf(name: string): Partial<DBInstance> {
  const random = randomOf(`${name} settings`);
  const flag = () => (random() < 0.1 ? undefined : random() < 0.6);
  return {
    BackupRetentionPeriod: flag() ? 14 : 0,
    DeletionProtection: flag(),
    PubliclyAccessible: flag(),
    MultiAZ: flag(),
    AutoMinorVersionUpgrade: flag(),
    CopyTagsToSnapshot: flag(),
    IAMDatabaseAuthenticationEnabled: flag(),
    MasterUsername: flag() ? "keeper" : "admin",
    MonitoringInterval: flag() ? 60 : 0,
    PerformanceInsightsEnabled: flag(),
  };
}

/** What an account holds; the same for the same seed. */
export function holdingsOf(seed: number, account: string, regions: readonly string[], sizes: Sizes): Holdings {
  const random = randomOf(`${seed} ${account} simulated`);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const day = () => new Date(Date.UTC(2025, 0, 1) + upTo(600) * DAY);
  const tags = (): Tag[] =>
    random() < 0.3
      ? []
      : [
          { Key: "owner", Value: `${account}-${pick(random, ["orders", "billing", "ledger"])}` },
          { Key: "note", Value: pick(random, ["", 'a<b>&"c"', "naïve ☕", "=1+1"]) },
        ];
  const holdings: Holdings = {
    instances: new Map(),
    groups: new Map(),
    people: [],
    volumes: new Map(),
    snapshots: new Map(),
    definitions: new Map(),
    clusters: new Map(),
  };
  for (const region of regions) {
    const arn = (kind: string, name: string) => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
    holdings.instances.set(
      region,
      Array.from({ length: upTo(sizes.instances) }, (_none, n) => ({
        DBInstanceIdentifier: `db-${n}`,
        DBInstanceArn: arn("db", `db-${n}`),
        Engine: pick(random, ["postgres", "mysql"]),
        AllocatedStorage: 20 + upTo(80),
        StorageEncrypted: random() < 0.8,
        InstanceCreateTime: day(),
        TagList: tags(),
        ...settingsOf(`${seed} ${account} ${region} db-${n}`),
      })),
    );
    holdings.groups.set(
      region,
      Array.from({ length: upTo(sizes.groups) }, (_none, n) => ({
        group: {
          DBSubnetGroupName: `net-${n}`,
          DBSubnetGroupArn: arn("subgrp", `net-${n}`),
          VpcId: `vpc-${upTo(9)}`,
        },
        tags: tags(),
      })),
    );
  }
  const names = ["ada", "ben", "cleo", "dan"].slice(0, upTo(sizes.people));
  for (const UserName of names) {
    const keys = randomOf(`${seed} ${account} ${UserName} keys`)() < 0.4 ? ["A", "B"] : ["A"];
    holdings.people.push({
      facts: {
        UserName,
        UserId: `AIDA${account}${UserName}`,
        Arn: `arn:aws:iam::${account}:user/${UserName}`,
        Path: "/",
        CreateDate: day(),
        Tags: tags(),
      },
      keys:
        random() < 0.5
          ? keys.map((n) => ({ UserName, AccessKeyId: `AKI${n}${UserName}`, Status: "Active", CreateDate: day() }))
          : [],
      mfa: random() < 0.5 ? [{ UserName, SerialNumber: `mfa/${UserName}`, EnableDate: day() }] : [],
    });
  }
  for (const region of regions) {
    holdings.volumes.set(region, upTo(sizes.volumes ?? 0));
    holdings.snapshots.set(region, upTo(sizes.snapshots ?? 0));
  }
  for (const region of regions) holdings.definitions.set(region, upTo(sizes.definitions ?? 0));
  for (const region of regions)
    holdings.clusters.set(
      region,
      Array.from({ length: upTo(sizes.clusters ?? 0) }, () => upTo(3)),
    );
  return holdings;
}
