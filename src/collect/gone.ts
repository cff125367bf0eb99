type Values = Record<string, unknown>;

/** Codes of services that have one for everything. */
const RESOURCE = /^ResourceNotFound(Exception)?$/;
const NOT_FOUND = /^NotFound(Exception)?$/;
/** Each kind of thing has its own; those of keys, roles, buckets and the like are of what stands beside it. */
const TYPED =
  /^(?!KMS|Authorization|Bucket|Certificate|ServiceLinkedRole|Subnet(?!Group)|S3|Sns|Tag|Quota|Partner|TableRestore)\w+NotFound(Fault)?$/;

/**
 * By which errors (`code: message`) each service says that a thing it was asked about by name is not there any more.
 * Named by the SDK's service id. Some put it into a validation error, so that its words have to tell it from others.
 */
const GONE: Readonly<Record<string, RegExp>> = {
  "API Gateway": NOT_FOUND,
  ApiGatewayV2: NOT_FOUND,
  AppRunner: /^ResourceNot[Ff]ound/,
  "Application Auto Scaling": /^(Object|Resource)NotFoundException/,
  AppSync: NOT_FOUND,
  Athena: /^ResourceNotFound|^InvalidRequestException: .*\b(is|was) not found\b/i,
  "Auto Scaling": /^ValidationError: .*\bname not found\b/,
  Batch: /^ClientException: .*(does not exist|not found)/i,
  CloudFormation: /^(Stack|StackSet|StackInstance|ChangeSet|Type)NotFound|^ValidationError: Stack\b.* does not exist/,
  CloudFront: /^NoSuch(?!Invalidation|Origin$|Monitoring)|^EntityNotFound/,
  CloudTrail: /^(Trail|EventDataStore|Channel|Resource)NotFound|^(TrailNotFound|ResourceNotFound)Exception/,
  CloudWatch: /^ResourceNotFound|^DashboardNotFound/,
  CodeCommit: /^RepositoryDoesNotExist/,
  CodeDeploy: /^(Application|DeploymentGroup|DeploymentConfig)DoesNotExist/,
  CodePipeline: /^(Pipeline|Resource|Webhook)NotFound/,
  "Config Service":
    /^(NoSuch(Config|Conformance|Organization|Remediation|Delivery|Retention)\w*|ResourceNotFound)Exception/,
  DataSync: /^InvalidRequestException: .*(not found|does not exist)/i,
  "Database Migration Service": /^ResourceNotFoundFault/,
  "Direct Connect": /^DirectConnectClientException: .*(not found|does not exist|cannot be found)/i,
  "Directory Service": /^(Directory|Entity)DoesNotExist/,
  DynamoDB: /^(Resource|Table|GlobalTable|Backup|Export|Import)NotFoundException/,
  EC2: /^Invalid\w+\.NotFound|^NatGatewayNotFound/,
  ECR: /^RepositoryNotFound/,
  "ECR PUBLIC": /^(Repository|Registry)NotFound/,
  ECS: /^(Cluster|Service|TaskSet|Resource|Namespace)NotFound|^ClientException: Unable to describe task definition/,
  EFS: /^(FileSystem|AccessPoint|MountTarget)NotFound/,
  EKS: /^(Resource)?NotFoundException/,
  EMR: /^InvalidRequestException: .*(is not valid|does not exist|not found)/i,
  "Elastic Beanstalk": /^ResourceNotFound|^InvalidParameterValue: No (Application|Environment)\b/,
  "Elastic Load Balancing": /^(LoadBalancer|AccessPoint)NotFound/,
  "Elastic Load Balancing v2": /^(LoadBalancer|Listener|TargetGroup|Rule|TrustStore|Resource)NotFound/,
  ElastiCache: TYPED,
  FSx: /^(Backup|FileSystem|FileCache|StorageVirtualMachine|Volume|Snapshot|DataRepository\w+|Resource)NotFound/,
  "Global Accelerator": /^(Accelerator|Listener|EndpointGroup|Attachment)NotFound/,
  Glue: /^(Entity|Resource|Integration)NotFound/,
  // It takes the id of a detector that is gone for another account's.
  GuardDuty: /^ResourceNotFound|^BadRequestException: .*detectorId is not owned by the current account/,
  IAM: /^NoSuchEntity/,
  Kafka: NOT_FOUND,
  KMS: /^(CustomKeyStore)?NotFound(Exception)?/,
  LakeFormation: /^EntityNotFound/,
  Lightsail: NOT_FOUND,
  MemoryDB: TYPED,
  mq: NOT_FOUND,
  Organizations: /^(Account|Child|OrganizationalUnit|Parent|Policy|Root|Target)NotFound/,
  Pipes: NOT_FOUND,
  RAM: /^(ResourceArnNotFound|UnknownResource|Invalid\w+\.NotFound)/,
  RDS: TYPED,
  Redshift: TYPED,
  "Route 53":
    /^NoSuch(HostedZone|HealthCheck|CidrCollection|DelegationSet|QueryLoggingConfig|TrafficPolicy)|^HostedZoneNotFound/,
  "Route 53 Domains": /^InvalidInput: Domain \S+\s+not found in\b/,
  S3: /^NoSuchBucket$/,
  "S3 Control": /^(NoSuch(AccessPoint|MultiRegionAccessPoint|Configuration|Bucket)\b|NotFoundException|NoSuchResource)/,
  SageMaker: /^ResourceNotFound|^ValidationException: .*(Could not find|Cannot find|does not exist|RecordNotFound)/i,
  SESv2: NOT_FOUND,
  SFN: /^(StateMachine|Activity)DoesNotExist|^ResourceNotFound/,
  SNS: /^(NotFound|ResourceNotFound)/,
  SQS: /^(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)/,
  SSM: /^(InvalidDocument$|InvalidResourceId|DoesNotExist|ParameterNotFound|AssociationDoesNotExist|ResourceNotFound)/,
  "Service Quotas": /^NoSuchResource/,
  "Storage Gateway": /^InvalidGatewayRequestException: .*not found/i,
  WAFV2: /^WAFNonexistentItem/,
};

/** For a service of somebody's own declaration: the words that AWS's codes have for it. */
const ANY = /^\w*(NotFound|DoesNotExist|NonExistent\w*)(Fault|Exception|Error)?$|^NoSuch\w+$|^Invalid\w+\.NotFound$/;

/**
 * Whether an error is the service's own word that what the call names is gone.
 * @param serviceId the SDK's; undefined where the client has none
 */
export function isGone({ code, message }: { code: string; message: string }, serviceId: string | undefined): boolean {
  const own = serviceId === undefined ? ANY : (GONE[serviceId] ?? RESOURCE);
  return own.test(code) || own.test(`${code}: ${message}`);
}

/** Whether a call's input names something of a resource: its name, its id, its ARN. */
export function namesIt(input: unknown, resource: Values, arn: string | null): boolean {
  const known = new Set<string>(arn ? [arn] : []);
  const gather = (value: unknown, depth: number): void => {
    if (typeof value === "string" && value) known.add(value);
    else if (value !== null && typeof value === "object" && depth < 2)
      for (const each of Object.values(value)) gather(each, depth + 1);
  };
  gather(resource, 0);
  const named = (value: unknown): boolean =>
    typeof value === "string"
      ? known.has(value) || [...known].some((each) => each.length > 3 && value.includes(each))
      : value !== null && typeof value === "object" && Object.values(value).some(named);
  return named(input);
}
