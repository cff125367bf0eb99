import * as sdk from "@aws-sdk/client-service-quotas";
import { isHome } from "../estate/words.ts";
import { randomOf } from "../random.ts";
import { AwsError, type Call, type Service } from "../service.ts";

/** Quotas of a service: how many there are, and what AWS gives everyone. */
const QUOTAS = 3;
/** Services whose quotas are kept in one region alone. */
const GLOBAL = new Set(["iam"]);

function defaults({ ServiceCode = "" }: { ServiceCode?: string | undefined }, { region }: Call): sdk.ServiceQuota[] {
  if (GLOBAL.has(ServiceCode) && region !== "us-east-1")
    throw new AwsError("NoSuchResourceException", `There are no quotas of ${ServiceCode} here.`);
  return Array.from({ length: QUOTAS }, (_none, index) => {
    const random = randomOf(`quota ${ServiceCode} ${index}`);
    const QuotaCode = `L-${Math.floor(random() * 0xffffffff)
      .toString(16)
      .toUpperCase()
      .padStart(8, "0")}`;
    return {
      ServiceCode,
      ServiceName: ServiceCode,
      QuotaArn: `arn:aws:servicequotas:${region}::${ServiceCode}/${QuotaCode}`,
      QuotaCode,
      QuotaName: `Quota ${index} of ${ServiceCode}`,
      Value: 10 ** (1 + index),
      Unit: "None",
      Adjustable: true,
      GlobalQuota: GLOBAL.has(ServiceCode),
    };
  });
}

/** Where an account works, some of its quotas were raised. */
function applied(input: sdk.ListServiceQuotasRequest, call: Call): sdk.ServiceQuota[] {
  const { account, region, state } = call;
  const random = randomOf(`${state.seed} ${account} ${region} quotas ${input.ServiceCode}`);
  return defaults(input, call).map((quota) => {
    const raised = isHome(state.seed, account, region) && random() < 0.3;
    return {
      ...quota,
      QuotaArn: quota.QuotaArn!.replace("::", `:${account}:`),
      Value: raised ? quota.Value! * 2 : quota.Value!,
      QuotaAppliedAtLevel: "ACCOUNT",
    };
  });
}

/** Service Quotas: what is applied and what AWS gives everyone; what was asked for is the estate's. */
export const servicequotas: Service = {
  signingName: "servicequotas",
  iamPrefix: "servicequotas",
  protocol: "json",
  regional: true,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    ListServiceQuotas: { run: (input: sdk.ListServiceQuotasRequest, call) => ({ Quotas: applied(input, call) }) },
    ListAWSDefaultServiceQuotas: {
      run: (input: sdk.ListAWSDefaultServiceQuotasRequest, call) => ({ Quotas: defaults(input, call) }),
    },
  },
};
