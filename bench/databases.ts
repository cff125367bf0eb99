/** As many as RDS puts on a page. */
const PAGE = 100;

/** A database as DescribeDBInstances tells of it: 1,300 bytes, each another. */
const instance = (n: number): string =>
  `<DBInstance><DBInstanceIdentifier>db-${n}</DBInstanceIdentifier><DBInstanceClass>db.r7g.large</DBInstanceClass><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion><DBInstanceStatus>available</DBInstanceStatus><MasterUsername>admin</MasterUsername><Endpoint><Address>db-${n}.abcdefghijkl.eu-central-1.rds.amazonaws.com</Address><Port>5432</Port></Endpoint><AllocatedStorage>${20 + (n % 200)}</AllocatedStorage><InstanceCreateTime>2025-01-02T03:04:05.000Z</InstanceCreateTime><VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-${n % 500}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups><DBSubnetGroup><DBSubnetGroupName>default</DBSubnetGroupName><VpcId>vpc-1</VpcId></DBSubnetGroup><MultiAZ>${n % 2 === 0}</MultiAZ><StorageEncrypted>true</StorageEncrypted><KmsKeyId>arn:aws:kms:eu-central-1:111111111111:key/${n % 20}</KmsKeyId><DbiResourceId>db-ABCDEFGHIJKLMNOPQRSTUVWX${n}</DbiResourceId><DBInstanceArn>arn:aws:rds:eu-central-1:111111111111:db:db-${n}</DBInstanceArn><TagList><Tag><Key>team</Key><Value>team-${n % 50}</Value></Tag><Tag><Key>cost</Key><Value>${n % 1000}</Value></Tag></TagList></DBInstance>`;

/** The page of so many databases that the form of a DescribeDBInstances asks for, made up when it is asked for. */
export function databasesPage(form: string, databases: number): string {
  const start = Number(new URLSearchParams(form).get("Marker") ?? 0);
  const end = Math.min(databases, start + PAGE);
  const page = Array.from({ length: end - start }, (_none, n) => instance(start + n)).join("");
  const next = end < databases ? `<Marker>${end}</Marker>` : "";
  return `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>${page}</DBInstances>${next}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`;
}
