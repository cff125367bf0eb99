import { expect } from "chai";
import { type Databases, databasesOf } from "../../sandbox/estate/databases.ts";
import { networkOf } from "../../sandbox/estate/network.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { homesOf, regionsOf } from "../../sandbox/estate/regions.ts";

const SEED = 1;
const state = populate(SEED, 50);
const accounts = state.members.map(({ id }) => id);
const places = accounts.flatMap((account) => regionsOf(SEED, account).map(({ name }) => ({ account, region: name })));
const estates = places.map(({ account, region }) => ({ account, region, made: databasesOf(SEED, account, region, 1) }));
const all = <T>(of: (made: Databases) => readonly T[]): T[] => estates.flatMap(({ made }) => [...of(made)]);

describe("the sandbox's estate", () => {
  it("has databases where an account works, and nothing elsewhere", () => {
    for (const { account, region, made } of estates)
      expect(made.instances.length > 0, `${account} ${region}`).to.equal(homesOf(SEED, account).includes(region));
    expect(estates.filter(({ made }) => !made.instances.length)).to.have.length.above(places.length / 2);
  });

  it("has as many times as many databases, snapshots and roles as its size says, each with a name of its own", () => {
    const SIZE = 12;
    const large = populate(SEED, 3, SIZE);
    const roles = [...large.roles.values()].filter(({ account }) => account === large.members[0]!.id);
    expect(roles).to.have.length(
      SIZE * [...state.roles.values()].filter(({ account }) => account === accounts[0]).length,
    );
    for (const { id } of large.members)
      for (const region of homesOf(SEED, id)) {
        const [one, many] = [1, SIZE].map((size) => databasesOf(SEED, id, region, size));
        const single = ({ instances }: Databases) => instances.filter((each) => !each.DBClusterIdentifier);
        const forgotten = single(one!).some((each) => each.DBInstanceIdentifier === "old-test");
        expect(single(many!), `${id} ${region}`).to.have.length(single(one!).length * (forgotten ? 1 : SIZE));
        for (const arns of [
          many!.instances.map((each) => each.DBInstanceArn),
          many!.snapshots.map((each) => each.DBSnapshotArn),
        ])
          expect(new Set(arns).size).to.equal(arns.length);
        expect(many!.snapshots.length > one!.snapshots.length || forgotten).to.equal(true);
      }
  });

  it("has in each account a region that is closed, and never works in one", () => {
    for (const account of accounts) {
      const closed = regionsOf(SEED, account).filter(({ optIn }) => optIn === "not-opted-in");
      expect(closed).not.to.be.empty;
      expect(homesOf(SEED, account)).not.to.include.members(closed.map(({ name }) => name));
    }
  });

  it("has clusters whose members are instances of theirs, with one writer", () => {
    for (const { made } of estates)
      for (const cluster of made.clusters) {
        const members = made.instances.filter((each) => each.DBClusterIdentifier === cluster.DBClusterIdentifier);
        const named = cluster.DBClusterMembers!.map((each) => each.DBInstanceIdentifier);
        expect(members.map((each) => each.DBInstanceIdentifier)).to.have.members(named);
        expect(cluster.DBClusterMembers!.filter((each) => each.IsClusterWriter)).to.have.length(1);
        expect(members.every((each) => each.Engine === cluster.Engine)).to.equal(true);
        expect(members.every((each) => each.StorageEncrypted === cluster.StorageEncrypted)).to.equal(true);
      }
  });

  it("has snapshots of instances that are there, encrypted as these are", () => {
    for (const { made } of estates)
      for (const snapshot of made.snapshots) {
        const source = made.instances.find((each) => each.DBInstanceIdentifier === snapshot.DBInstanceIdentifier);
        expect(source, snapshot.DBSnapshotArn).to.include({ Engine: snapshot.Engine });
        expect(snapshot.Encrypted).to.equal(source!.StorageEncrypted);
      }
  });

  it("has databases in subnets and security groups of one network that is there, with parameter groups that are", () => {
    for (const { account, region, made } of estates) {
      const network = networkOf(SEED, account, region);
      const vpcOfSubnet = new Map(network.subnets.map(({ SubnetId, VpcId }) => [SubnetId, VpcId]));
      const vpcOfGroup = new Map(network.securityGroups.map(({ GroupId, VpcId }) => [GroupId, VpcId]));
      const groups = new Map(made.subnetGroups.map((each) => [each.DBSubnetGroupName, each]));
      const parameters = new Set(made.parameterGroups.map((each) => each.DBParameterGroupName));
      const clusterParameters = new Set(made.clusterParameterGroups.map((each) => each.DBClusterParameterGroupName));
      const options = new Set(made.optionGroups.map((each) => each.OptionGroupName));
      for (const { VpcId, Subnets } of made.subnetGroups)
        expect(new Set(Subnets!.map(({ SubnetIdentifier }) => vpcOfSubnet.get(SubnetIdentifier)))).to.deep.equal(
          new Set([VpcId]),
        );
      for (const each of [...made.instances, ...made.clusters]) {
        const group = groups.get(
          typeof each.DBSubnetGroup === "string" ? each.DBSubnetGroup : each.DBSubnetGroup?.DBSubnetGroupName,
        );
        for (const { VpcSecurityGroupId } of each.VpcSecurityGroups!)
          expect(vpcOfGroup.get(VpcSecurityGroupId)).to.equal(group!.VpcId).and.not.equal(undefined);
      }
      for (const each of made.instances) {
        for (const { DBParameterGroupName } of each.DBParameterGroups!)
          expect(parameters.has(DBParameterGroupName)).to.equal(true);
        for (const { OptionGroupName } of each.OptionGroupMemberships ?? [])
          expect(options.has(OptionGroupName)).to.equal(true);
      }
      for (const each of made.clusters) expect(clusterParameters.has(each.DBClusterParameterGroup)).to.equal(true);
      for (const id of made.shared.keys())
        expect([...made.snapshots, ...made.clusterSnapshots].some((each) => Object.values(each).includes(id))).to.equal(
          true,
        );
    }
  });

  it("has networks whose parts belong together", () => {
    for (const { account, region } of estates) {
      const network = networkOf(SEED, account, region);
      const vpcs = new Set(network.vpcs.map(({ VpcId }) => VpcId));
      const subnets = new Set(network.subnets.map(({ SubnetId }) => SubnetId));
      const gateways = new Set([
        "local",
        ...network.internetGateways.map(({ InternetGatewayId }) => InternetGatewayId),
        ...network.natGateways.map(({ NatGatewayId }) => NatGatewayId),
      ]);
      const groups = new Set(network.securityGroups.map(({ GroupId }) => GroupId));
      for (const { VpcId } of [...network.subnets, ...network.routeTables, ...network.securityGroups])
        expect(vpcs.has(VpcId)).to.equal(true);
      for (const table of network.routeTables) {
        for (const { SubnetId } of table.Associations!) if (SubnetId) expect(subnets.has(SubnetId)).to.equal(true);
        for (const { GatewayId, NatGatewayId } of table.Routes!)
          expect(gateways.has(GatewayId ?? NatGatewayId)).to.equal(true);
      }
      for (const vpc of vpcs)
        expect(
          network.routeTables.filter(
            ({ VpcId, Associations }) => VpcId === vpc && Associations!.some(({ Main }) => Main),
          ),
        ).to.have.length(1);
      for (const { GroupId, ReferencedGroupInfo } of network.securityGroupRules)
        for (const id of [GroupId, ReferencedGroupInfo?.GroupId ?? GroupId]) expect(groups.has(id)).to.equal(true);
    }
  });

  it("names each resource once in an account and region", () => {
    for (const { account, region, made } of estates) {
      const arns = [
        ...made.instances.map((each) => each.DBInstanceArn),
        ...made.clusters.map((each) => each.DBClusterArn),
        ...made.snapshots.map((each) => each.DBSnapshotArn),
        ...made.optionGroups.map((each) => each.OptionGroupArn),
      ];
      expect(new Set(arns).size, `${account} ${region}`).to.equal(arns.length);
      expect(arns.every((arn) => arn!.startsWith(`arn:aws:rds:${region}:${account}:`))).to.equal(true);
    }
  });

  it("has several engines, and what an auditor looks for", () => {
    const instances = all((made) => made.instances);
    const engines = new Set(instances.map(({ Engine }) => Engine));
    expect([...engines]).to.include.members(["postgres", "mysql", "mariadb", "sqlserver-se", "aurora-postgresql"]);
    for (const [what, one] of [
      ["without tags", instances.filter(({ TagList }) => !TagList?.length)],
      ["unencrypted", instances.filter(({ StorageEncrypted }) => !StorageEncrypted)],
      ["open to the internet", instances.filter(({ PubliclyAccessible }) => PubliclyAccessible)],
      ["without backups", instances.filter(({ BackupRetentionPeriod }) => BackupRetentionPeriod === 0)],
      ["a user without a second factor", state.users.filter(({ mfa }) => !mfa)],
      [
        "a policy for everything",
        [...state.policies.values()].filter(({ document }) => /"Action":"\*"/.test(document)),
      ],
      [
        "a bucket whose public access is not blocked",
        [...state.buckets.values()].filter(({ configuration }) => !configuration.has("GetPublicAccessBlock")),
      ],
    ] as const)
      expect(one, what).not.to.be.empty;
    expect(instances.filter(({ StorageEncrypted }) => StorageEncrypted)).to.have.length.above(instances.length / 2);
  });
});
