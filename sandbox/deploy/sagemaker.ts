import type { Inputs, Target } from "./provider.ts";

/** Account of the registry that has SageMaker's own algorithms here; in AWS each region has its own. */
const REGISTRY = "811711786498";

/** Answers where the image of one of SageMaker's own algorithms is. */
export function prebuiltImage({ repositoryName, imageTag = "1" }: Inputs, { region }: Pick<Target, "region">) {
  const dnsSuffix = "amazonaws.com";
  return {
    id: REGISTRY,
    repositoryName,
    imageTag,
    dnsSuffix,
    region,
    registryId: REGISTRY,
    registryPath: `${REGISTRY}.dkr.ecr.${region}.${dnsSuffix}/${repositoryName}:${imageTag}`,
  };
}
