import { parsePolicy } from "../policy/parse.ts";

/**
 * What policy documents grant, each action on each resource by itself, so that documents that were cut or ordered in
 * another way are equal when they grant the same.
 * @param documents JSON
 * @throws Error when one of them is no policy
 */
export function grantsOf(documents: readonly string[]): Set<string> {
  const grants = new Set<string>();
  for (const document of documents) {
    const { statements, problem } = parsePolicy(document);
    const wrong = problem ?? statements.find((each) => each.problem)?.problem;
    if (wrong) throw new Error(`a policy is not understood: ${wrong}`);
    for (const { effect, actions, notActions, resources, notResources, conditions } of statements) {
      const rest = [
        ...(effect === "Allow" ? [] : [effect]),
        ...(notActions ? [`not ${notActions}`] : []),
        ...(notResources ? [`not on ${notResources}`] : []),
        ...conditions.map(({ operator, key, values }) => `if ${operator} ${key} ${values}`),
      ];
      for (const action of actions ?? ["*"])
        for (const resource of resources ?? ["*"])
          grants.add([action, ...(resource === "*" ? [] : [`on ${resource}`]), ...rest].join(" "));
    }
  }
  return grants;
}
