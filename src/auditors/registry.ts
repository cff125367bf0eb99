import { type Aggregator, type Auditor, type ResourceType, type Service, typesOf } from "./collector.ts";
import { nearest } from "./nearest.ts";

/** Every service there is. A new one: its declarative file and its line here. Loading one loads its SDK client. */
const services: Readonly<Record<string, () => Promise<Service>>> = {
  accessanalyzer: () => import("./services/accessanalyzer.ts").then(({ accessanalyzer }) => accessanalyzer),
  account: () => import("./services/account.ts").then(({ account }) => account),
  acm: () => import("./services/acm.ts").then(({ acm }) => acm),
  apigateway: () => import("./services/apigateway.ts").then(({ apigateway }) => apigateway),
  apigatewayv2: () => import("./services/apigatewayv2.ts").then(({ apigatewayv2 }) => apigatewayv2),
  applicationautoscaling: () =>
    import("./services/applicationautoscaling.ts").then(({ applicationautoscaling }) => applicationautoscaling),
  apprunner: () => import("./services/apprunner.ts").then(({ apprunner }) => apprunner),
  appsync: () => import("./services/appsync.ts").then(({ appsync }) => appsync),
  athena: () => import("./services/athena.ts").then(({ athena }) => athena),
  autoscaling: () => import("./services/autoscaling.ts").then(({ autoscaling }) => autoscaling),
  backup: () => import("./services/backup.ts").then(({ backup }) => backup),
  batch: () => import("./services/batch.ts").then(({ batch }) => batch),
  bedrock: () => import("./services/bedrock.ts").then(({ bedrock }) => bedrock),
  cloudformation: () => import("./services/cloudformation.ts").then(({ cloudformation }) => cloudformation),
  cloudfront: () => import("./services/cloudfront.ts").then(({ cloudfront }) => cloudfront),
  cloudtrail: () => import("./services/cloudtrail.ts").then(({ cloudtrail }) => cloudtrail),
  cloudwatch: () => import("./services/cloudwatch.ts").then(({ cloudwatch }) => cloudwatch),
  codeartifact: () => import("./services/codeartifact.ts").then(({ codeartifact }) => codeartifact),
  codebuild: () => import("./services/codebuild.ts").then(({ codebuild }) => codebuild),
  codecommit: () => import("./services/codecommit.ts").then(({ codecommit }) => codecommit),
  codedeploy: () => import("./services/codedeploy.ts").then(({ codedeploy }) => codedeploy),
  codepipeline: () => import("./services/codepipeline.ts").then(({ codepipeline }) => codepipeline),
  cognito: () => import("./services/cognito.ts").then(({ cognito }) => cognito),
  cognitoidentity: () => import("./services/cognitoidentity.ts").then(({ cognitoidentity }) => cognitoidentity),
  config: () => import("./services/config.ts").then(({ config }) => config),
  datasync: () => import("./services/datasync.ts").then(({ datasync }) => datasync),
  detective: () => import("./services/detective.ts").then(({ detective }) => detective),
  directconnect: () => import("./services/directconnect.ts").then(({ directconnect }) => directconnect),
  directoryservice: () => import("./services/directoryservice.ts").then(({ directoryservice }) => directoryservice),
  dms: () => import("./services/dms.ts").then(({ dms }) => dms),
  dynamodb: () => import("./services/dynamodb.ts").then(({ dynamodb }) => dynamodb),
  ec2: () => import("./services/ec2.ts").then(({ ec2 }) => ec2),
  ecr: () => import("./services/ecr.ts").then(({ ecr }) => ecr),
  ecrpublic: () => import("./services/ecrpublic.ts").then(({ ecrpublic }) => ecrpublic),
  ecs: () => import("./services/ecs.ts").then(({ ecs }) => ecs),
  efs: () => import("./services/efs.ts").then(({ efs }) => efs),
  eks: () => import("./services/eks.ts").then(({ eks }) => eks),
  elasticache: () => import("./services/elasticache.ts").then(({ elasticache }) => elasticache),
  elasticbeanstalk: () => import("./services/elasticbeanstalk.ts").then(({ elasticbeanstalk }) => elasticbeanstalk),
  elb: () => import("./services/elb.ts").then(({ elb }) => elb),
  elbv2: () => import("./services/elbv2.ts").then(({ elbv2 }) => elbv2),
  emr: () => import("./services/emr.ts").then(({ emr }) => emr),
  emrserverless: () => import("./services/emrserverless.ts").then(({ emrserverless }) => emrserverless),
  eventbridge: () => import("./services/eventbridge.ts").then(({ eventbridge }) => eventbridge),
  firehose: () => import("./services/firehose.ts").then(({ firehose }) => firehose),
  fms: () => import("./services/fms.ts").then(({ fms }) => fms),
  fsx: () => import("./services/fsx.ts").then(({ fsx }) => fsx),
  globalaccelerator: () => import("./services/globalaccelerator.ts").then(({ globalaccelerator }) => globalaccelerator),
  glue: () => import("./services/glue.ts").then(({ glue }) => glue),
  guardduty: () => import("./services/guardduty.ts").then(({ guardduty }) => guardduty),
  iam: () => import("./services/iam.ts").then(({ iam }) => iam),
  identitycenter: () => import("./services/identitycenter.ts").then(({ identitycenter }) => identitycenter),
  imagebuilder: () => import("./services/imagebuilder.ts").then(({ imagebuilder }) => imagebuilder),
  inspector: () => import("./services/inspector.ts").then(({ inspector }) => inspector),
  ipam: () => import("./services/ipam.ts").then(({ ipam }) => ipam),
  kafka: () => import("./services/kafka.ts").then(({ kafka }) => kafka),
  kinesis: () => import("./services/kinesis.ts").then(({ kinesis }) => kinesis),
  kinesisanalytics: () => import("./services/kinesisanalytics.ts").then(({ kinesisanalytics }) => kinesisanalytics),
  kms: () => import("./services/kms.ts").then(({ kms }) => kms),
  lakeformation: () => import("./services/lakeformation.ts").then(({ lakeformation }) => lakeformation),
  lambda: () => import("./services/lambda.ts").then(({ lambda }) => lambda),
  lightsail: () => import("./services/lightsail.ts").then(({ lightsail }) => lightsail),
  logs: () => import("./services/logs.ts").then(({ logs }) => logs),
  macie: () => import("./services/macie.ts").then(({ macie }) => macie),
  memorydb: () => import("./services/memorydb.ts").then(({ memorydb }) => memorydb),
  mq: () => import("./services/mq.ts").then(({ mq }) => mq),
  networkfirewall: () => import("./services/networkfirewall.ts").then(({ networkfirewall }) => networkfirewall),
  opensearch: () => import("./services/opensearch.ts").then(({ opensearch }) => opensearch),
  opensearchserverless: () =>
    import("./services/opensearchserverless.ts").then(({ opensearchserverless }) => opensearchserverless),
  organizations: () => import("./services/organizations.ts").then(({ organizations }) => organizations),
  pipes: () => import("./services/pipes.ts").then(({ pipes }) => pipes),
  quicksight: () => import("./services/quicksight.ts").then(({ quicksight }) => quicksight),
  ram: () => import("./services/ram.ts").then(({ ram }) => ram),
  rds: () => import("./services/rds.ts").then(({ rds }) => rds),
  redshift: () => import("./services/redshift.ts").then(({ redshift }) => redshift),
  redshiftserverless: () =>
    import("./services/redshiftserverless.ts").then(({ redshiftserverless }) => redshiftserverless),
  resourceexplorer: () => import("./services/resourceexplorer.ts").then(({ resourceexplorer }) => resourceexplorer),
  route53: () => import("./services/route53.ts").then(({ route53 }) => route53),
  route53domains: () => import("./services/route53domains.ts").then(({ route53domains }) => route53domains),
  s3: () => import("./services/s3.ts").then(({ s3 }) => s3),
  s3control: () => import("./services/s3control.ts").then(({ s3control }) => s3control),
  sagemaker: () => import("./services/sagemaker.ts").then(({ sagemaker }) => sagemaker),
  scheduler: () => import("./services/scheduler.ts").then(({ scheduler }) => scheduler),
  secretsmanager: () => import("./services/secretsmanager.ts").then(({ secretsmanager }) => secretsmanager),
  securityhub: () => import("./services/securityhub.ts").then(({ securityhub }) => securityhub),
  securitylake: () => import("./services/securitylake.ts").then(({ securitylake }) => securitylake),
  servicecatalog: () => import("./services/servicecatalog.ts").then(({ servicecatalog }) => servicecatalog),
  servicequotas: () => import("./services/servicequotas.ts").then(({ servicequotas }) => servicequotas),
  ses: () => import("./services/ses.ts").then(({ ses }) => ses),
  shield: () => import("./services/shield.ts").then(({ shield }) => shield),
  sns: () => import("./services/sns.ts").then(({ sns }) => sns),
  sqs: () => import("./services/sqs.ts").then(({ sqs }) => sqs),
  ssm: () => import("./services/ssm.ts").then(({ ssm }) => ssm),
  stepfunctions: () => import("./services/stepfunctions.ts").then(({ stepfunctions }) => stepfunctions),
  storagegateway: () => import("./services/storagegateway.ts").then(({ storagegateway }) => storagegateway),
  timestream: () => import("./services/timestream.ts").then(({ timestream }) => timestream),
  trafficmirror: () => import("./services/trafficmirror.ts").then(({ trafficmirror }) => trafficmirror),
  transfer: () => import("./services/transfer.ts").then(({ transfer }) => transfer),
  transitgateway: () => import("./services/transitgateway.ts").then(({ transitgateway }) => transitgateway),
  verifiedaccess: () => import("./services/verifiedaccess.ts").then(({ verifiedaccess }) => verifiedaccess),
  vpc: () => import("./services/vpc.ts").then(({ vpc }) => vpc),
  vpcendpoints: () => import("./services/vpcendpoints.ts").then(({ vpcendpoints }) => vpcendpoints),
  vpclattice: () => import("./services/vpclattice.ts").then(({ vpclattice }) => vpclattice),
  vpn: () => import("./services/vpn.ts").then(({ vpn }) => vpn),
  wafv2: () => import("./services/wafv2.ts").then(({ wafv2 }) => wafv2),
  workspaces: () => import("./services/workspaces.ts").then(({ workspaces }) => workspaces),
  xray: () => import("./services/xray.ts").then(({ xray }) => xray),
};

/** Services that make one auditor together. A service that is chosen alone as well is left out of its group. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  access: [
    "directoryservice",
    "iam",
    "ram",
    "accessanalyzer",
    "organizations",
    "identitycenter",
    "account",
    "cognito",
    "cognitoidentity",
    "servicequotas",
  ],
  analytics: [
    "glue",
    "athena",
    "lakeformation",
    "emr",
    "emrserverless",
    "kinesis",
    "firehose",
    "kafka",
    "kinesisanalytics",
    "quicksight",
  ],
  compute: [
    "applicationautoscaling",
    "autoscaling",
    "batch",
    "ec2",
    "elasticbeanstalk",
    "imagebuilder",
    "lambda",
    "lightsail",
    "workspaces",
  ],
  containers: ["apprunner", "ecr", "ecrpublic", "ecs", "eks"],
  data: [
    "rds",
    "dynamodb",
    "elasticache",
    "memorydb",
    "redshift",
    "redshiftserverless",
    "opensearch",
    "opensearchserverless",
    "timestream",
    "dms",
  ],
  delivery: [
    "ssm",
    "codebuild",
    "codepipeline",
    "codedeploy",
    "codecommit",
    "codeartifact",
    "cloudformation",
    "servicecatalog",
  ],
  edge: [
    "acm",
    "apigateway",
    "apigatewayv2",
    "appsync",
    "cloudfront",
    "elb",
    "elbv2",
    "globalaccelerator",
    "route53",
    "route53domains",
    "wafv2",
  ],
  learning: ["sagemaker", "bedrock"],
  logging: ["cloudtrail", "config", "cloudwatch", "logs", "xray", "resourceexplorer"],
  messaging: ["sns", "sqs", "eventbridge", "scheduler", "pipes", "stepfunctions", "mq", "ses"],
  network: [
    "directconnect",
    "ipam",
    "networkfirewall",
    "trafficmirror",
    "transitgateway",
    "verifiedaccess",
    "vpc",
    "vpcendpoints",
    "vpclattice",
    "vpn",
  ],
  security: [
    "kms",
    "secretsmanager",
    "guardduty",
    "securityhub",
    "inspector",
    "macie",
    "detective",
    "fms",
    "shield",
    "securitylake",
  ],
  storage: ["backup", "datasync", "efs", "fsx", "s3", "s3control", "storagegateway", "transfer"],
};

export const serviceNames: readonly string[] = Object.keys(services);
export const groupNames: readonly string[] = Object.keys(groups);

/** What an audit covers unless it is told otherwise: everything, the services most asked about as auditors of their own. */
export const DEFAULT_AUDITORS: readonly string[] = ["rds", "iam", "s3", ...groupNames];

/** No auditor is called so. */
export class UnknownAuditorError extends Error {
  constructor(readonly unknown: string) {
    const close = nearest(unknown, [...groupNames, ...serviceNames]);
    super(
      `no auditor and no service is called "${unknown}"${close ? `; did you mean ${close}?` : `. Groups: ${groupNames.join(", ")}; services: itaudit policy --help`}`,
    );
    this.name = "UnknownAuditorError";
  }
}

/**
 * Which services make up each of the chosen auditors; a group that is left with none is no auditor.
 * @param chosen names of groups and of services
 * @throws UnknownAuditorError
 */
export function compose(chosen: readonly string[]): { name: string; services: string[] }[] {
  const alone = chosen.filter((name) => !(name in groups));
  return [...new Set(chosen)].flatMap((name) => {
    if (name in groups) {
      const rest = groups[name]!.filter((service) => !alone.includes(service));
      return rest.length ? [{ name, services: rest }] : [];
    }
    if (!(name in services)) throw new UnknownAuditorError(name);
    return [{ name, services: [name] }];
  });
}

/** Declarations of services, all of them unless named. @throws UnknownAuditorError */
export const loadServices = async (names: readonly string[] = serviceNames): Promise<Service[]> =>
  Promise.all(
    names.map((name) => {
      const load = services[name];
      if (!load) throw new UnknownAuditorError(name);
      return load();
    }),
  );

/** What is read of types that no chosen auditor declares. */
export interface UndeclaredTypes {
  /** Read by the Cloud Control API, by one more auditor, `cloudcontrol`. */
  cloudControlTypes?: readonly ResourceType[];
  /** IAM actions that the handlers of those types ask for. */
  cloudControlActions?: readonly string[];
  /** What an aggregator of AWS Config is asked about, by one more auditor, `configaggregator`. */
  configAggregator?: Aggregator;
  configAggregatorTypes?: readonly ResourceType[];
}

/**
 * The chosen auditors with the declarations of their services, and those of types without a declaration.
 * @throws UnknownAuditorError
 */
export async function loadAuditors(
  chosen: readonly string[] = DEFAULT_AUDITORS,
  undeclared: UndeclaredTypes = {},
): Promise<Auditor[]> {
  const auditors = await Promise.all(
    compose(chosen).map(async ({ name, services: of }) => ({ name, services: await loadServices(of) })),
  );
  return [...auditors, ...(await undeclaredAuditors(auditors.flatMap(typesOf), undeclared))];
}

/** The auditors of types that no chosen auditor declares. @param declared types of those that do */
export async function undeclaredAuditors(
  declared: readonly string[],
  { cloudControlTypes = [], cloudControlActions, configAggregator, configAggregatorTypes = [] }: UndeclaredTypes,
): Promise<Auditor[]> {
  // What has a declaration of its own is read by that.
  const [controlled, aggregated] = [cloudControlTypes, configAggregatorTypes].map((types) =>
    types.filter((type) => !declared.includes(type)).sort(),
  ) as [ResourceType[], ResourceType[]];
  return [
    ...(controlled.length ? [await cloudControlAuditor(controlled, cloudControlActions)] : []),
    ...(configAggregator && aggregated.length
      ? [(await import("./configAggregator.ts")).configAggregator(configAggregator, aggregated)]
      : []),
  ];
}

async function cloudControlAuditor(types: readonly ResourceType[], actions?: readonly string[]): Promise<Auditor> {
  const { cloudControl } = await import("./cloudcontrol.ts");
  return { name: "cloudcontrol", services: [cloudControl(types, actions)] };
}
