import { listsOf, type Shape } from "./answerShape.ts";

type Values = Record<string, unknown>;

/** An element as far as it is looked at: what stands right below it, and whether there is anything in it. */
interface Element {
  name: string;
  children: Element[];
  filled: boolean;
}

/** Levels that are looked at: the root, the result, its members, and the lists inside of these. */
const LEVELS = 5;
/** Elements that stand beside an operation's own. */
const BESIDE = /^(requestId|RequestId|ResponseMetadata|HostId)$/;
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[^>]*>|<(\/?)([\w.:-]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+/g;

function rootOf(text: string): Element {
  const root: Element = { name: "", children: [], filled: false };
  const open = [root];
  for (const [token, closing, name, , empty] of text.matchAll(TOKEN)) {
    const parent = open.at(-1)!;
    if (name === undefined) {
      if (!token.startsWith("<!--") && !token.startsWith("<?") && token.trim()) parent.filled = true;
      continue;
    }
    if (closing) {
      if (open.length > 1) open.pop();
      continue;
    }
    const element: Element = { name, children: [], filled: false };
    parent.filled = true;
    if (open.length <= LEVELS) parent.children.push(element);
    if (!empty) open.push(element);
  }
  return root;
}

/**
 * What stands in an answer of XML in which the SDK found nothing: an error, members of another operation, a list of
 * elements that have another name. It skips what it does not know, and that would be read as nothing.
 */
export function oddIn(body: Buffer, shape: Shape, answer: Values): string | undefined {
  const lists = listsOf(shape, answer);
  const found = Object.entries(answer).some(([name, value]) => name !== "$metadata" && value !== undefined);
  if (lists.some(({ length }) => length) || (found && !lists.length)) return undefined;
  const [root] = rootOf(body.toString()).children;
  if (!root) return undefined;
  const result = root.children.find(({ name }) => /Result$/.test(name) && !known(shape).has(name)) ?? root;
  const members = result.children.filter(({ name }) => !BESIDE.test(name));
  const error = members.find(({ name }) => name === "Error" || name === "Errors" || name === "Code");
  if (error && !known(shape).has(error.name)) return `an error with the status of an answer (<${error.name}>)`;
  if (result.filled && !result.children.length) return `<${result.name}> with text in it that is not understood`;
  const names = known(shape);
  if (members.length && !members.some(({ name }) => names.has(name)))
    return `a body of another operation (<${members[0]!.name}>)`;
  for (const { xmlName, flat } of lists) {
    if (flat) continue;
    const holders = [...members, ...members.flatMap(({ children }) => children)].filter(({ name }) => name === xmlName);
    if (holders.some(({ filled }) => filled)) return `<${xmlName}> with something in it that is not understood`;
  }
  return undefined;
}

/** Names that a member of the answer may have: its own, and those of the structure that is the whole body. */
const known = (shape: Shape): Set<string> =>
  new Set(
    [...shape.values()].flatMap(({ xmlName, inner }) => [
      xmlName,
      ...[...(inner?.values() ?? [])].map((each) => each.xmlName),
    ]),
  );
