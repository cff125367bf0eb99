import type {
  DBCluster,
  DBClusterParameterGroup,
  DBClusterSnapshot,
  DBInstance,
  DBParameterGroup,
  DBProxy,
  DBSnapshot,
  DBSubnetGroup,
  EventSubscription,
  OptionGroup,
  Tag,
} from "@aws-sdk/client-rds";
import { hexOf, idOf, pick, randomOf, uuidOf } from "../random.ts";
import { homesOf } from "./regions.ts";

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
  tags: Map<string, Tag[]>;
}

const ENGINES = [
  { Engine: "postgres", EngineVersion: "16.4", Port: 5432, family: "postgres16", major: "16" },
  { Engine: "mysql", EngineVersion: "8.0.39", Port: 3306, family: "mysql8.0", major: "8.0" },
  { Engine: "mariadb", EngineVersion: "10.11.8", Port: 3306, family: "mariadb10.11", major: "10.11" },
  { Engine: "sqlserver-se", EngineVersion: "15.00.4385.2.v1", Port: 1433, family: "sqlserver-se-15.0", major: "15.00" },
];
const CLASSES = ["db.t3.medium", "db.r6g.large", "db.m6i.xlarge"];
const PURPOSES = ["orders", "billing", "catalog", "sessions", "reports", "ledger"];

/**
 * Databases as a company has them: an Aurora cluster with its members, single instances of several engines, snapshots
 * by hand and by schedule, some without tags, encryption or a private address; nothing in most regions.
 */
export function databasesOf(seed: number, account: string, region: string): Databases {
  const random = randomOf(`${seed} ${account} ${region} databases`);
  const made: Databases = {
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
    tags: new Map(),
  };
  const homes = homesOf(seed, account);
  const place = homes.indexOf(region);
  if (place < 0) return made;
  const forgotten = place > 0 && place === homes.length - 1;
  const arn = (kind: string, name: string) => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
  const id = (kind: string) => `${kind}-0${hexOf(random, 16)}`;
  const host = idOf(random, 12).toLowerCase();
  const kms = () => `arn:aws:kms:${region}:${account}:key/${uuidOf(random)}`;
  const tagged = (name: string): Tag[] =>
    forgotten || random() < 0.25
      ? []
      : [
          { Key: "Name", Value: name },
          { Key: "team", Value: pick(random, ["payments", "platform", "data"]) },
          { Key: "environment", Value: pick(random, ["prod", "test"]) },
        ];
  const day = () => new Date(Date.UTC(2024, Math.floor(random() * 24), 1 + Math.floor(random() * 27), 3, 14));
  const vpc = id("vpc");
  const subnetGroup: DBSubnetGroup = {
    DBSubnetGroupName: "private",
    DBSubnetGroupDescription: "private subnets",
    VpcId: vpc,
    SubnetGroupStatus: "Complete",
    Subnets: ["a", "b"].map((zone) => ({
      SubnetIdentifier: id("subnet"),
      SubnetAvailabilityZone: { Name: `${region}${zone}` },
      SubnetStatus: "Active",
    })),
    DBSubnetGroupArn: arn("subgrp", "private"),
    SupportedNetworkTypes: ["IPV4"],
  };
  made.subnetGroups.push(subnetGroup);
  made.tags.set(subnetGroup.DBSubnetGroupArn!, tagged("private"));

  const instance = (name: string, engine: (typeof ENGINES)[number], cluster?: DBCluster): DBInstance => {
    const tags = tagged(name);
    const encrypted = cluster?.StorageEncrypted ?? (!forgotten && random() < 0.8);
    const one: DBInstance = {
      DBInstanceIdentifier: name,
      DBInstanceClass: pick(random, CLASSES),
      Engine: cluster?.Engine ?? engine.Engine,
      EngineVersion: cluster?.EngineVersion ?? engine.EngineVersion,
      DBInstanceStatus: "available",
      MasterUsername: "dbadmin",
      Endpoint: {
        Address: `${name}.${host}.${region}.rds.amazonaws.com`,
        Port: cluster?.Port ?? engine.Port,
        HostedZoneId: "Z1RLNUO7B9Q6NB",
      },
      AllocatedStorage: cluster ? 1 : pick(random, [20, 100, 500]),
      InstanceCreateTime: day(),
      BackupRetentionPeriod: forgotten ? 0 : pick(random, [1, 7, 35]),
      VpcSecurityGroups: [{ VpcSecurityGroupId: id("sg"), Status: "active" }],
      AvailabilityZone: `${region}a`,
      DBSubnetGroup: subnetGroup,
      MultiAZ: !cluster && !forgotten && random() < 0.5,
      PubliclyAccessible: forgotten || random() < 0.1,
      StorageType: cluster ? "aurora" : "gp3",
      StorageEncrypted: encrypted,
      ...(encrypted ? { KmsKeyId: cluster?.KmsKeyId ?? kms() } : {}),
      DbiResourceId: `db-${idOf(random, 26)}`,
      CACertificateIdentifier: "rds-ca-rsa2048-g1",
      DeletionProtection: !forgotten && random() < 0.6,
      IAMDatabaseAuthenticationEnabled: random() < 0.3,
      AutoMinorVersionUpgrade: !forgotten,
      CopyTagsToSnapshot: true,
      DBInstanceArn: arn("db", name),
      TagList: tags,
      ...(cluster ? { DBClusterIdentifier: cluster.DBClusterIdentifier } : {}),
    };
    made.instances.push(one);
    made.tags.set(one.DBInstanceArn!, tags);
    return one;
  };

  const count = forgotten ? 1 : 2 + Math.floor(random() * 5);
  for (let index = 0; index < count; index++) {
    const engine = pick(random, ENGINES);
    const name = forgotten ? "old-test" : `${PURPOSES[index % PURPOSES.length]}-${engine.Engine.split("-")[0]}`;
    const one = instance(name, engine);
    const copies = forgotten ? 0 : Math.floor(random() * 4);
    for (let copy = 0; copy < copies; copy++) {
      const manual = copy === 0 && random() < 0.5;
      const id = manual ? `${name}-before-upgrade` : `rds:${name}-2026-11-2${copy}-03-14`;
      const tags = manual ? [] : (one.TagList ?? []);
      made.snapshots.push({
        DBSnapshotIdentifier: id,
        DBInstanceIdentifier: name,
        SnapshotCreateTime: new Date(Date.UTC(2026, 10, 20 + copy, 3, 14)),
        Engine: one.Engine,
        EngineVersion: one.EngineVersion,
        AllocatedStorage: one.AllocatedStorage,
        Status: "available",
        SnapshotType: manual ? "manual" : "automated",
        Encrypted: one.StorageEncrypted,
        DBSnapshotArn: arn("snapshot", id),
        TagList: tags,
      });
      made.tags.set(arn("snapshot", id), tags);
    }
    const group = `${engine.family.replaceAll(".", "-")}-tuned`;
    if (!made.parameterGroups.some(({ DBParameterGroupName }) => DBParameterGroupName === group)) {
      made.parameterGroups.push({
        DBParameterGroupName: group,
        DBParameterGroupFamily: engine.family,
        Description: `${engine.Engine} with slow queries logged`,
        DBParameterGroupArn: arn("pg", group),
      });
      made.tags.set(arn("pg", group), tagged(group));
      made.optionGroups.push({
        OptionGroupName: group,
        OptionGroupDescription: "company defaults",
        EngineName: engine.Engine,
        MajorEngineVersion: engine.major,
        Options: [],
        AllowsVpcAndNonVpcInstanceMemberships: true,
        OptionGroupArn: arn("og", group),
      });
      made.tags.set(arn("og", group), []);
    }
  }
  if (forgotten) return made;

  const name = "core-aurora";
  const tags = tagged(name);
  const encrypted = random() < 0.9;
  const cluster: DBCluster = {
    DBClusterIdentifier: name,
    DBClusterArn: arn("cluster", name),
    Engine: "aurora-postgresql",
    EngineVersion: "16.4",
    Status: "available",
    Endpoint: `${name}.cluster-${host}.${region}.rds.amazonaws.com`,
    ReaderEndpoint: `${name}.cluster-ro-${host}.${region}.rds.amazonaws.com`,
    DbClusterResourceId: `cluster-${idOf(random, 26)}`,
    DBClusterParameterGroup: "aurora-postgresql16-tuned",
    VpcSecurityGroups: [{ VpcSecurityGroupId: id("sg"), Status: "active" }],
    AvailabilityZones: ["a", "b", "c"].map((zone) => `${region}${zone}`),
    EngineMode: "provisioned",
    Port: 5432,
    ...(encrypted ? { KmsKeyId: kms() } : {}),
    StorageEncrypted: encrypted,
    MultiAZ: true,
    BackupRetentionPeriod: 7,
    DeletionProtection: random() < 0.7,
    DBSubnetGroup: subnetGroup.DBSubnetGroupName,
    MasterUsername: "dbadmin",
    ClusterCreateTime: day(),
    TagList: tags,
    DBClusterMembers: [],
  };
  made.clusters.push(cluster);
  made.tags.set(cluster.DBClusterArn!, tags);
  for (const role of ["writer", "reader"]) {
    const one = instance(`${name}-${role}`, ENGINES[0]!, cluster);
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
    made.clusterSnapshots.push({
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
    made.tags.set(arn("cluster-snapshot", snapshot), tags);
  }
  made.clusterParameterGroups.push({
    DBClusterParameterGroupName: "aurora-postgresql16-tuned",
    DBParameterGroupFamily: "aurora-postgresql16",
    Description: "company defaults",
    DBClusterParameterGroupArn: arn("cluster-pg", "aurora-postgresql16-tuned"),
  });
  made.tags.set(arn("cluster-pg", "aurora-postgresql16-tuned"), tagged("aurora"));
  if (random() < 0.7) {
    made.eventSubscriptions.push({
      CustomerAwsId: account,
      CustSubscriptionId: "database-events",
      SnsTopicArn: `arn:aws:sns:${region}:${account}:database-events`,
      Status: "active",
      SourceType: "db-instance",
      EventCategoriesList: ["failure", "maintenance"],
      Enabled: true,
      EventSubscriptionArn: arn("es", "database-events"),
    });
    made.tags.set(arn("es", "database-events"), []);
  }
  if (random() < 0.5) {
    const proxyArn = arn("db-proxy", id("prx"));
    made.proxies.push({
      DBProxyName: "core",
      DBProxyArn: proxyArn,
      Status: "available",
      EngineFamily: "POSTGRESQL",
      VpcId: vpc,
      RequireTLS: random() < 0.5,
      IdleClientTimeout: 1800,
      RoleArn: `arn:aws:iam::${account}:role/service-role/rds-proxy`,
      CreatedDate: day(),
      UpdatedDate: day(),
    });
    made.tags.set(proxyArn, tagged("core"));
  }
  return made;
}
