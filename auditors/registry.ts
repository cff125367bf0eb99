import type { Auditor, Service } from "./collector.ts";

/** Every service there is. A new one: its declarative file and its line here. Loading one loads its SDK client. */
const services: Readonly<Record<string, () => Promise<Service>>> = {
  acm: () => import("./acm.ts").then(({ acm }) => acm),
  apigateway: () => import("./apigateway.ts").then(({ apigateway }) => apigateway),
  apigatewayv2: () => import("./apigatewayv2.ts").then(({ apigatewayv2 }) => apigatewayv2),
  applicationautoscaling: () =>
    import("./applicationautoscaling.ts").then(({ applicationautoscaling }) => applicationautoscaling),
  apprunner: () => import("./apprunner.ts").then(({ apprunner }) => apprunner),
  appsync: () => import("./appsync.ts").then(({ appsync }) => appsync),
  autoscaling: () => import("./autoscaling.ts").then(({ autoscaling }) => autoscaling),
  backup: () => import("./backup.ts").then(({ backup }) => backup),
  batch: () => import("./batch.ts").then(({ batch }) => batch),
  cloudfront: () => import("./cloudfront.ts").then(({ cloudfront }) => cloudfront),
  datasync: () => import("./datasync.ts").then(({ datasync }) => datasync),
  directconnect: () => import("./directconnect.ts").then(({ directconnect }) => directconnect),
  directoryservice: () => import("./directoryservice.ts").then(({ directoryservice }) => directoryservice),
  ec2: () => import("./ec2.ts").then(({ ec2 }) => ec2),
  ecr: () => import("./ecr.ts").then(({ ecr }) => ecr),
  ecrpublic: () => import("./ecrpublic.ts").then(({ ecrpublic }) => ecrpublic),
  ecs: () => import("./ecs.ts").then(({ ecs }) => ecs),
  efs: () => import("./efs.ts").then(({ efs }) => efs),
  eks: () => import("./eks.ts").then(({ eks }) => eks),
  elasticbeanstalk: () => import("./elasticbeanstalk.ts").then(({ elasticbeanstalk }) => elasticbeanstalk),
  elb: () => import("./elb.ts").then(({ elb }) => elb),
  elbv2: () => import("./elbv2.ts").then(({ elbv2 }) => elbv2),
  fsx: () => import("./fsx.ts").then(({ fsx }) => fsx),
  globalaccelerator: () => import("./globalaccelerator.ts").then(({ globalaccelerator }) => globalaccelerator),
  iam: () => import("./iam.ts").then(({ iam }) => iam),
  imagebuilder: () => import("./imagebuilder.ts").then(({ imagebuilder }) => imagebuilder),
  ipam: () => import("./ipam.ts").then(({ ipam }) => ipam),
  lambda: () => import("./lambda.ts").then(({ lambda }) => lambda),
  lightsail: () => import("./lightsail.ts").then(({ lightsail }) => lightsail),
  networkfirewall: () => import("./networkfirewall.ts").then(({ networkfirewall }) => networkfirewall),
  ram: () => import("./ram.ts").then(({ ram }) => ram),
  rds: () => import("./rds.ts").then(({ rds }) => rds),
  route53: () => import("./route53.ts").then(({ route53 }) => route53),
  route53domains: () => import("./route53domains.ts").then(({ route53domains }) => route53domains),
  s3: () => import("./s3.ts").then(({ s3 }) => s3),
  s3control: () => import("./s3control.ts").then(({ s3control }) => s3control),
  storagegateway: () => import("./storagegateway.ts").then(({ storagegateway }) => storagegateway),
  trafficmirror: () => import("./trafficmirror.ts").then(({ trafficmirror }) => trafficmirror),
  transfer: () => import("./transfer.ts").then(({ transfer }) => transfer),
  transitgateway: () => import("./transitgateway.ts").then(({ transitgateway }) => transitgateway),
  verifiedaccess: () => import("./verifiedaccess.ts").then(({ verifiedaccess }) => verifiedaccess),
  vpc: () => import("./vpc.ts").then(({ vpc }) => vpc),
  vpcendpoints: () => import("./vpcendpoints.ts").then(({ vpcendpoints }) => vpcendpoints),
  vpclattice: () => import("./vpclattice.ts").then(({ vpclattice }) => vpclattice),
  vpn: () => import("./vpn.ts").then(({ vpn }) => vpn),
  wafv2: () => import("./wafv2.ts").then(({ wafv2 }) => wafv2),
  workspaces: () => import("./workspaces.ts").then(({ workspaces }) => workspaces),
};

/** Services that make one auditor together. A service that is chosen alone as well is left out of its group. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  access: ["directoryservice", "iam", "ram"],
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
  data: ["rds"],
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
  storage: ["backup", "datasync", "efs", "fsx", "s3", "s3control", "storagegateway", "transfer"],
};

export const serviceNames: readonly string[] = Object.keys(services);
export const groupNames: readonly string[] = Object.keys(groups);

/** What an audit covers unless it is told otherwise: everything, the services most asked about as auditors of their own. */
export const DEFAULT_AUDITORS: readonly string[] = ["rds", "iam", "s3", ...groupNames];

/** No auditor is called so. */
export class UnknownAuditorError extends Error {
  constructor(readonly unknown: string) {
    super(
      `no auditor is called "${unknown}"; there are the groups ${groupNames.join(", ")} and the services ${serviceNames.join(", ")}`,
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

/** The chosen auditors with the declarations of their services. @throws UnknownAuditorError */
export const loadAuditors = async (chosen: readonly string[] = DEFAULT_AUDITORS): Promise<Auditor[]> =>
  Promise.all(compose(chosen).map(async ({ name, services: of }) => ({ name, services: await loadServices(of) })));
