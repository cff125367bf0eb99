/**
 * JSON as Trino's json_parse reads it: members in the order of their names, of two alike the last, numbers as they were
 * written. Half a surrogate pair, which DuckDB refuses, becomes U+FFFD.
 * @returns null where the text is no JSON, or nested too deep to be read
 */
export function canonicalJson(text: string): string | null {
  try {
    JSON.parse(text);
    const tokens = text.match(TOKEN) ?? [];
    let at = 0;
    const value = (): string => {
      const token = tokens[at++]!;
      if (token === "[") return `[${members("]", value).join(",")}]`;
      if (token === "{") {
        const all = new Map(members("}", member));
        const names = [...all.keys()].sort((a, b) => (a < b ? -1 : 1));
        return `{${names.map((name) => `${JSON.stringify(name)}:${all.get(name)!}`).join(",")}}`;
      }
      return token.startsWith('"') ? JSON.stringify(textOf(token)) : token;
    };
    const member = (): [string, string] => {
      const name = textOf(tokens[at]!);
      // The name and its colon.
      at += 2;
      return [name, value()];
    };
    const members = <T>(end: string, read: () => T): T[] => {
      const all: T[] = [];
      while (tokens[at] !== end) {
        all.push(read());
        if (tokens[at] === ",") at++;
      }
      at++;
      return all;
    };
    return value();
  } catch {
    return null;
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const textOf = (token: string): string => (JSON.parse(token) as string).toWellFormed();
