import type { NormalizedSchema } from "@smithy/core/schema";
import type { Values, WireRequest } from "./message.ts";
import { fromText } from "./text.ts";

const forms = new WeakMap<WireRequest, URLSearchParams>();

/** The parameters of a request in a query protocol: its body's, and behind them those of its address. */
export function formOf(request: WireRequest): URLSearchParams {
  let form = forms.get(request);
  if (!form) {
    form = new URLSearchParams(Buffer.from(request.body).toString("utf8"));
    for (const [key, value] of request.query) form.append(key, value);
    forms.set(request, form);
  }
  return form;
}

/** Parameters by the parts of their names: `Filter.1.Name` is below `Filter` and `1`. */
interface Parameter {
  value?: string;
  below: Map<string, Parameter>;
}

export function treeOf(form: URLSearchParams): Parameter {
  const tree: Parameter = { below: new Map() };
  for (const [name, value] of form) {
    let at = tree;
    for (const part of name.split(".")) {
      let next = at.below.get(part);
      if (!next) {
        next = { below: new Map() };
        at.below.set(part, next);
      }
      at = next;
    }
    at.value ??= value;
  }
  return tree;
}

/** @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function fromQuery(schema: NormalizedSchema, { value, below }: Parameter, ec2: boolean): unknown {
  if (schema.isStructSchema()) {
    if (!below.size) return undefined;
    const found: Values = {};
    for (const [member, each] of schema.structIterator()) {
      const traits = each.getMergedTraits();
      const xmlName = traits.xmlName as string | undefined;
      const named = ec2
        ? ((traits.ec2QueryName as string | undefined) ??
          (xmlName && xmlName[0]!.toUpperCase() + xmlName.slice(1)) ??
          member)
        : (xmlName ?? member);
      const parameter = below.get(named);
      const read = parameter && fromQuery(each, parameter, ec2);
      if (read !== undefined) found[member] = read;
    }
    return found;
  }
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const flat = ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
    const name = (item.getMergedTraits().xmlName as string | undefined) ?? "member";
    const listed = [...((flat ? below : below.get(name)?.below) ?? [])];
    if (!listed.length) return undefined;
    return listed.sort(([a], [b]) => Number(a) - Number(b)).map(([, each]) => fromQuery(item, each, ec2));
  }
  return value === undefined ? undefined : fromText(schema, value);
}
