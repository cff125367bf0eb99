import type {
  DBCluster,
  DBClusterParameterGroup,
  DBClusterSnapshot,
  DBInstance,
  DBParameterGroup,
  DBProxy,
  DBProxyEndpoint,
  DBProxyTargetGroup,
  DBSnapshot,
  DBSubnetGroup,
  EventSubscription,
  OptionGroup,
  Parameter,
  Tag,
} from "@aws-sdk/client-rds";
import { hexOf, idOf, pick, randomOf } from "../random.ts";
import { AURORA, ENGINES, type Engine, FORGOTTEN, parameterOf } from "./databaseEngines.ts";
import { memoized } from "./memoized.ts";
import { GROUPS, networkOf, SUBNETS } from "./network.ts";
import { homesOf } from "./regions.ts";
import { ec2Id, kmsKey } from "./words.ts";

/** What RDS holds in one account and region. */
export interface Databases {
  instances: DBInstance[];
  clusters: DBCluster[];
  snapshots: DBSnapshot[];
  clusterSnapshots: DBClusterSnapshot[];
  subnetGroups: DBSubnetGroup[];
  parameterGroups: DBParameterGroup[];
  clusterParameterGroups: DBClusterParameterGroup[];
  optionGroups: OptionGroup[];
  eventSubscriptions: EventSubscription[];
  proxies: DBProxy[];
  proxyEndpoints: DBProxyEndpoint[];
  proxyTargetGroups: DBProxyTargetGroup[];
  /** What is set in a group, by its name; AWS's own groups have nothing set. */
  parameters: Map<string, Parameter[]>;
  clusterParameters: Map<string, Parameter[]>;
  /** Accounts that may restore a snapshot, or `all`, by its identifier. */
  shared: Map<string, string[]>;
  tags: Map<string, Tag[]>;
}

const CLASSES = ["db.t3.medium", "db.r6g.large", "db.m6i.xlarge"];
/** Somebody outside the company, with whom snapshots are shared. */
const VENDOR = "999900001111";
const PURPOSES = ["orders", "billing", "catalog", "sessions", "reports", "ledger"];

/**
 * Databases as a company has them: an Aurora cluster with its members, single instances of several engines, snapshots
 * by hand and by schedule, some without tags, encryption or a private address; nothing in most regions. `size` says
 * how many times as many single instances there are, with their snapshots.
 */
export const databasesOf = memoized((seed: number, account: string, region: string, size: number): Databases => {
  const random = randomOf(`${seed} ${account} ${region} databases`);
  const databases: Databases = {
    instances: [],
    clusters: [],
    snapshots: [],
    clusterSnapshots: [],
    subnetGroups: [],
    parameterGroups: [],
    clusterParameterGroups: [],
    optionGroups: [],
    eventSubscriptions: [],
    proxies: [],
    proxyEndpoints: [],
    proxyTargetGroups: [],
    parameters: new Map(),
    clusterParameters: new Map(),
    shared: new Map(),
    tags: new Map(),
  };
  const homes = homesOf(seed, account);
  const position = homes.indexOf(region);
  if (position < 0) return databases;
  const forgotten = position > 0 && position === homes.length - 1;
  const arn = (kind: string, name: string) => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
  const id = (kind: string) => `${kind}-0${hexOf(random, 16)}`;
  const host = idOf(random, 12).toLowerCase();
  const here = { seed, account, region };
  const kms = () => kmsKey(here, Math.floor(random() * 3));
  const tagged = (name: string): Tag[] =>
    forgotten || random() < 0.25
      ? []
      : [
          { Key: "Name", Value: name },
          { Key: "team", Value: pick(random, ["payments", "platform", "data"]) },
          { Key: "environment", Value: pick(random, ["prod", "test"]) },
        ];
  const masterOf = ({ Engine }: Engine): string =>
    random() < 0.8 ? "dbadmin" : Engine.includes("postgres") ? "postgres" : "admin";
  const day = () => new Date(Date.UTC(2024, Math.floor(random() * 24), 1 + Math.floor(random() * 27), 3, 14));
  const { subnets } = networkOf(seed, account, region);
  const subnetGroup = (name: string, what: string, numbers: readonly number[]): DBSubnetGroup => {
    const ids = numbers.map((n) => ec2Id(here, "subnet", n));
    const own = subnets.filter(({ SubnetId }) => ids.includes(SubnetId!));
    const group: DBSubnetGroup = {
      DBSubnetGroupName: name,
      DBSubnetGroupDescription: what,
      VpcId: own[0]!.VpcId,
      SubnetGroupStatus: "Complete",
      Subnets: own.map(({ SubnetId, AvailabilityZone }) => ({
        SubnetIdentifier: SubnetId,
        SubnetAvailabilityZone: { Name: AvailabilityZone },
        SubnetStatus: "Active",
      })),
      DBSubnetGroupArn: arn("subgrp", name),
      SupportedNetworkTypes: ["IPV4"],
    };
    databases.subnetGroups.push(group);
    databases.tags.set(group.DBSubnetGroupArn!, tagged(name));
    return group;
  };
  const inside = subnetGroup("private", "private subnets", SUBNETS.private);
  const outside = subnetGroup("test", "subnets of the test", SUBNETS.public);
  const securityGroup = (n: number) => [{ VpcSecurityGroupId: ec2Id(here, "sg", n), Status: "active" }];

  // One group of each family is the company's, as far as this account has taken its baseline over.
  const disciplined = random() < 0.6;
  const set = ({ baseline }: Engine): Parameter[] =>
    Object.entries(baseline)
      .filter(() => random() < (disciplined ? 0.95 : 0.45))
      .map(parameterOf);
  const parameterGroup = (engine: Engine): string => {
    const own = random() < 0.75;
    const name = own ? `${engine.family.replaceAll(".", "-")}-tuned` : `default.${engine.family}`;
    if (databases.parameterGroups.some(({ DBParameterGroupName }) => DBParameterGroupName === name)) return name;
    databases.parameterGroups.push({
      DBParameterGroupName: name,
      DBParameterGroupFamily: engine.family,
      Description: own ? "company baseline" : `Default parameter group for ${engine.family}`,
      DBParameterGroupArn: arn("pg", name),
    });
    databases.parameters.set(name, own ? set(engine) : []);
    databases.tags.set(arn("pg", name), own ? tagged(name) : []);
    return name;
  };
  const optionGroup = ({ Engine, family, major, auditOption }: Engine): string => {
    const name = `${family.replaceAll(".", "-")}-options`;
    if (databases.optionGroups.some(({ OptionGroupName }) => OptionGroupName === name)) return name;
    databases.optionGroups.push({
      OptionGroupName: name,
      OptionGroupDescription: "company defaults",
      EngineName: Engine,
      MajorEngineVersion: major,
      Options:
        auditOption && random() < (disciplined ? 0.8 : 0.3)
          ? [{ OptionName: auditOption, Persistent: false, Permanent: false, OptionSettings: [] }]
          : [],
      AllowsVpcAndNonVpcInstanceMemberships: true,
      OptionGroupArn: arn("og", name),
    });
    databases.tags.set(arn("og", name), []);
    return name;
  };

  const instance = (name: string, engine: Engine, cluster?: DBCluster): DBInstance => {
    const tags = tagged(name);
    const encrypted = cluster?.StorageEncrypted ?? (!forgotten && random() < 0.8);
    // Who wanted an address in public put it where it is of use, or nearly so.
    const isPublic = forgotten || (!cluster && random() < 0.15);
    const test = forgotten || (isPublic && random() < 0.7);
    const insights = !forgotten && random() < 0.6;
    const monitored = !forgotten && random() < 0.6;
    const exports = forgotten ? [] : engine.logs.filter(() => random() < 0.55);
    const one: DBInstance = {
      DBInstanceIdentifier: name,
      DBInstanceClass: pick(random, CLASSES),
      Engine: engine.Engine,
      EngineVersion: engine.EngineVersion,
      DBInstanceStatus: "available",
      MasterUsername: cluster?.MasterUsername ?? masterOf(engine),
      Endpoint: {
        Address: `${name}.${host}.${region}.rds.amazonaws.com`,
        Port: cluster?.Port ?? engine.Port,
        HostedZoneId: "Z1RLNUO7B9Q6NB",
      },
      AllocatedStorage: cluster ? 1 : pick(random, [20, 100, 500]),
      InstanceCreateTime: day(),
      BackupRetentionPeriod: forgotten ? 0 : pick(random, [1, 7, 35]),
      VpcSecurityGroups: securityGroup(test ? GROUPS.testDatabases : GROUPS.databases),
      AvailabilityZone: `${region}a`,
      DBSubnetGroup: test ? outside : inside,
      DBParameterGroups: [
        {
          DBParameterGroupName: parameterGroup(engine),
          ParameterApplyStatus: random() < 0.12 ? "pending-reboot" : "in-sync",
        },
      ],
      ...(cluster ? {} : { OptionGroupMemberships: [{ OptionGroupName: optionGroup(engine), Status: "in-sync" }] }),
      MultiAZ: !cluster && !forgotten && random() < 0.5,
      PubliclyAccessible: isPublic,
      StorageType: cluster ? "aurora" : "gp3",
      StorageEncrypted: encrypted,
      ...(encrypted ? { KmsKeyId: cluster?.KmsKeyId ?? kms() } : {}),
      DbiResourceId: `db-${idOf(random, 26)}`,
      CACertificateIdentifier: forgotten ? "rds-ca-2019" : "rds-ca-rsa2048-g1",
      CertificateDetails: {
        CAIdentifier: forgotten ? "rds-ca-2019" : "rds-ca-rsa2048-g1",
        ValidTill: new Date(
          forgotten ? Date.UTC(2024, 7, 22, 17, 8) : Date.UTC(2028, 4, 1 + Math.floor(random() * 28)),
        ),
      },
      MonitoringInterval: monitored ? 60 : 0,
      ...(monitored ? { MonitoringRoleArn: `arn:aws:iam::${account}:role/rds-monitoring` } : {}),
      PerformanceInsightsEnabled: insights,
      ...(insights ? { PerformanceInsightsKMSKeyId: kms(), PerformanceInsightsRetentionPeriod: 7 } : {}),
      ...(exports.length ? { EnabledCloudwatchLogsExports: exports } : {}),
      DeletionProtection: !forgotten && random() < 0.6,
      IAMDatabaseAuthenticationEnabled: random() < 0.3,
      AutoMinorVersionUpgrade: !forgotten,
      CopyTagsToSnapshot: !forgotten && random() < 0.8,
      DBInstanceArn: arn("db", name),
      TagList: tags,
      ...(cluster ? { DBClusterIdentifier: cluster.DBClusterIdentifier } : {}),
    };
    databases.instances.push(one);
    databases.tags.set(one.DBInstanceArn!, tags);
    return one;
  };

  const snapshot = (of: DBInstance, id: string, taken: Date) => {
    const automated = id.startsWith("rds:");
    const tags = automated && of.CopyTagsToSnapshot ? (of.TagList ?? []) : [];
    databases.snapshots.push({
      DBSnapshotIdentifier: id,
      DBInstanceIdentifier: of.DBInstanceIdentifier,
      SnapshotCreateTime: taken,
      Engine: of.Engine,
      EngineVersion: of.EngineVersion,
      AllocatedStorage: of.AllocatedStorage,
      Status: "available",
      SnapshotType: automated ? "automated" : "manual",
      Encrypted: of.StorageEncrypted,
      ...(of.KmsKeyId ? { KmsKeyId: of.KmsKeyId } : {}),
      DBSnapshotArn: arn("snapshot", id),
      TagList: tags,
    });
    databases.tags.set(arn("snapshot", id), tags);
  };

  const count = forgotten ? 1 : (2 + Math.floor(random() * 5)) * size;
  for (let index = 0; index < count; index++) {
    const engine = forgotten ? FORGOTTEN : pick(random, ENGINES);
    const round = Math.floor(index / PURPOSES.length);
    const purpose = `${PURPOSES[index % PURPOSES.length]}${round ? `-${round + 1}` : ""}`;
    const name = forgotten ? "old-test" : `${purpose}-${engine.Engine.split("-")[0]}`;
    const one = instance(name, engine);
    if (forgotten) {
      snapshot(one, "old-test-for-the-vendor", new Date(Date.UTC(2024, 5, 3)));
      databases.shared.set("old-test-for-the-vendor", [random() < 0.5 ? "all" : VENDOR]);
    }
    const copies = forgotten ? 0 : Math.floor(random() * 4);
    for (let copy = 0; copy < copies; copy++) {
      const manual = copy === 0 && random() < 0.5;
      const id = manual ? `${name}-before-upgrade` : `rds:${name}-2026-11-2${copy}-03-14`;
      snapshot(one, id, new Date(Date.UTC(2026, 10, 20 + copy, 3, 14)));
      if (manual && random() < 0.2) databases.shared.set(id, [VENDOR]);
    }
  }
  if (forgotten) return databases;

  const name = "core-aurora";
  const ownGroup = random() < 0.8;
  const clusterGroup = ownGroup ? "aurora-postgresql16-tuned" : "default.aurora-postgresql16";
  const tags = tagged(name);
  const encrypted = random() < 0.9;
  const cluster: DBCluster = {
    DBClusterIdentifier: name,
    DBClusterArn: arn("cluster", name),
    Engine: AURORA.Engine,
    EngineVersion: AURORA.EngineVersion,
    Status: "available",
    Endpoint: `${name}.cluster-${host}.${region}.rds.amazonaws.com`,
    ReaderEndpoint: `${name}.cluster-ro-${host}.${region}.rds.amazonaws.com`,
    DbClusterResourceId: `cluster-${idOf(random, 26)}`,
    DBClusterParameterGroup: clusterGroup,
    VpcSecurityGroups: securityGroup(GROUPS.databases),
    AvailabilityZones: ["a", "b", "c"].map((zone) => `${region}${zone}`),
    EngineMode: "provisioned",
    Port: 5432,
    ...(encrypted ? { KmsKeyId: kms() } : {}),
    StorageEncrypted: encrypted,
    MultiAZ: true,
    BackupRetentionPeriod: 7,
    DeletionProtection: random() < 0.7,
    DBSubnetGroup: inside.DBSubnetGroupName,
    IAMDatabaseAuthenticationEnabled: random() < 0.4,
    CopyTagsToSnapshot: random() < 0.8,
    AutoMinorVersionUpgrade: true,
    ...(random() < 0.6 ? { EnabledCloudwatchLogsExports: ["postgresql"] } : {}),
    MasterUsername: masterOf(AURORA),
    ClusterCreateTime: day(),
    TagList: tags,
    DBClusterMembers: [],
  };
  databases.clusters.push(cluster);
  databases.tags.set(cluster.DBClusterArn!, tags);
  for (const role of ["writer", "reader"]) {
    const one = instance(`${name}-${role}`, AURORA, cluster);
    cluster.DBClusterMembers!.push({
      DBInstanceIdentifier: one.DBInstanceIdentifier,
      IsClusterWriter: role === "writer",
      DBClusterParameterGroupStatus: "in-sync",
      PromotionTier: 1,
    });
  }
  for (const [snapshot, SnapshotType] of [
    [`rds:${name}-2026-11-23-02-00`, "automated"],
    [`${name}-before-upgrade`, "manual"],
  ] as const) {
    databases.clusterSnapshots.push({
      DBClusterSnapshotIdentifier: snapshot,
      DBClusterIdentifier: name,
      DBClusterSnapshotArn: arn("cluster-snapshot", snapshot),
      Engine: cluster.Engine,
      Status: "available",
      SnapshotType,
      SnapshotCreateTime: new Date(Date.UTC(2026, 10, 23, 2)),
      StorageEncrypted: cluster.StorageEncrypted,
      TagList: tags,
    });
    databases.tags.set(arn("cluster-snapshot", snapshot), tags);
  }
  if (random() < 0.2) databases.shared.set(`${name}-before-upgrade`, [VENDOR]);
  databases.clusterParameterGroups.push({
    DBClusterParameterGroupName: clusterGroup,
    DBParameterGroupFamily: AURORA.family,
    Description: ownGroup ? "company baseline" : `Default cluster parameter group for ${AURORA.family}`,
    DBClusterParameterGroupArn: arn("cluster-pg", clusterGroup),
  });
  databases.clusterParameters.set(clusterGroup, ownGroup ? set(AURORA) : []);
  databases.tags.set(arn("cluster-pg", clusterGroup), ownGroup ? tagged("aurora") : []);
  if (random() < 0.7) {
    databases.eventSubscriptions.push({
      CustomerAwsId: account,
      CustSubscriptionId: "database-events",
      SnsTopicArn: `arn:aws:sns:${region}:${account}:database-events`,
      Status: "active",
      SourceType: "db-instance",
      EventCategoriesList: ["failure", "maintenance"],
      Enabled: true,
      EventSubscriptionArn: arn("es", "database-events"),
    });
    databases.tags.set(arn("es", "database-events"), []);
  }
  if (random() < 0.5) {
    const proxyArn = arn("db-proxy", id("prx"));
    databases.proxies.push({
      DBProxyName: "core",
      DBProxyArn: proxyArn,
      Status: "available",
      EngineFamily: "POSTGRESQL",
      VpcId: inside.VpcId,
      VpcSubnetIds: inside.Subnets!.map(({ SubnetIdentifier }) => SubnetIdentifier!),
      VpcSecurityGroupIds: [ec2Id(here, "sg", GROUPS.databases)],
      RequireTLS: random() < 0.5,
      IdleClientTimeout: 1800,
      RoleArn: `arn:aws:iam::${account}:role/service-role/rds-proxy`,
      CreatedDate: day(),
      UpdatedDate: day(),
    });
    databases.tags.set(proxyArn, tagged("core"));
    const targets = arn("target-group", id("prx-tg"));
    databases.proxyTargetGroups.push({
      DBProxyName: "core",
      TargetGroupName: "default",
      TargetGroupArn: targets,
      IsDefault: true,
      Status: "available",
      ConnectionPoolConfig: { MaxConnectionsPercent: 90, MaxIdleConnectionsPercent: 45 },
    });
    const endpoint = arn("db-proxy-endpoint", id("prx-endpoint"));
    databases.proxyEndpoints.push({
      DBProxyEndpointName: "core-readers",
      DBProxyEndpointArn: endpoint,
      DBProxyName: "core",
      Status: "available",
      VpcId: inside.VpcId,
      Endpoint: `core-readers.endpoint.proxy-${host}.${region}.rds.amazonaws.com`,
      TargetRole: "READ_ONLY",
      IsDefault: false,
    });
    for (const each of [targets, endpoint]) databases.tags.set(each, []);
  }
  return databases;
});
