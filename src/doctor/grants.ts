import * as z from "zod";

const many = z.union([z.string().transform((each) => [each]), z.array(z.string())]);
const Document = z.object({
  Statement: z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z.array(
      z.looseObject({
        Effect: z.string(),
        Action: many.optional(),
        NotAction: many.optional(),
        Resource: many.optional(),
        NotResource: many.optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  ),
});

/**
 * What policy documents grant, each action on each resource by itself, so that documents that were cut or ordered in
 * another way are equal when they grant the same.
 * @param documents JSON
 * @throws Error when one of them is no policy
 */
export function grantsOf(documents: readonly string[]): Set<string> {
  const grants = new Set<string>();
  for (const document of documents)
    for (const statement of Document.parse(JSON.parse(document)).Statement) {
      const { Effect, Action, NotAction, Resource, NotResource, Condition } = statement;
      const rest = [
        ...(Effect === "Allow" ? [] : [Effect]),
        ...(NotAction ? [`not ${NotAction}`] : []),
        ...(NotResource ? [`not on ${NotResource}`] : []),
        ...(Condition ? [`if ${JSON.stringify(Condition)}`] : []),
      ];
      for (const action of Action ?? ["*"])
        for (const resource of Resource ?? ["*"])
          grants.add([action, ...(resource === "*" ? [] : [`on ${resource}`]), ...rest].join(" "));
    }
  return grants;
}
