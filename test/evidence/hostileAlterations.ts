import { generateKeyPairSync } from "node:crypto";
import { linkSync, readFileSync, symlinkSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import type { Alteration, Altered, CopyKeys } from "./alterations.ts";

type At = (key: string) => string;
type Change = (at: At) => Promise<Altered>;

const replaced = async (path: string, body: string | Uint8Array) => {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
};
const edit = async (path: string, change: (bytes: Buffer) => string | Uint8Array) =>
  replaced(path, change(await readFile(path)));

/** Bytes that look like those that were there. */
const DISGUISES: Record<string, (bytes: Buffer) => Uint8Array | string> = {
  "has zeros after its end": (bytes) => Buffer.concat([bytes, Buffer.alloc(16)]),
  "has a line break of another system": (bytes) => Buffer.concat([bytes, Buffer.from("\r\n")]),
  "is in UTF-16": (bytes) =>
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString("latin1"), "utf16le")]),
  "is in base64": (bytes) => bytes.toString("base64"),
  "is compressed once more": (bytes) => gzipSync(bytes),
  "is there twice in one file": (bytes) => Buffer.concat([bytes, bytes]),
  "has its bytes the other way round": (bytes) => Buffer.from(bytes).reverse(),
  "has a zero byte inside": (bytes) =>
    Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(1), bytes.subarray(bytes.length >> 1)]),
};

/** Names that look like another. */
const LOOKALIKES: Record<string, (key: string) => string> = {
  "in capital letters": (key) => join(dirname(key), basename(key).toUpperCase()),
  "with a zero-width space": (key) => `${key}\u200b`,
  "with an accent of its own": (key) => `${key}\u0301`,
  "with a letter of another alphabet": (key) => key.replace(/[ae]/, (letter) => (letter === "a" ? "\u0430" : "\u0435")),
  "with a dot after it": (key) => `${key}.`,
  "with a space before it": (key) => join(dirname(key), ` ${basename(key)}`),
  "with a terminal's commands": (key) => `${key}\u001b[2K\u001b[1A`,
  "as an editor's backup": (key) => `${key}~`,
  "in percent signs": (key) => join(dirname(key), basename(key).replace(/[.]/, "%2E")),
};

/** JSON that means the same to some reader, and is other text. */
const SPELLINGS: Record<string, (text: string) => string> = {
  "has a number with a fraction": (text) => text.replace(/:(\d+)([,}\]])/, ":$1.0$2"),
  "has a number with an exponent": (text) => text.replace(/:(\d+)([,}\]])/, ":$1e0$2"),
  "has a number below nothing": (text) => text.replace(/:(\d+)([,}\]])/, ":-$1$2"),
  "has a number that is too large": (text) => text.replace(/:(\d+)([,}\]])/, ":1e400$2"),
  "has a number of forty digits": (text) => text.replace(/:(\d+)([,}\]])/, `:${"9".repeat(40)}$2`),
  "has a number in quotes": (text) => text.replace(/:(\d+)([,}\]])/, ':"$1"$2'),
  "has a letter escaped": (text) =>
    text.replace(/"([a-z])/, (_all, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
  "has a member again at its end": (text) => text.replace(/^\{("[a-z_]+"):/i, "{$1:0,$1:"),
  "has a member of every object": (text) => text.replace("{", '{"__proto__":{"x":1},'),
  "is printed for people": (text) => JSON.stringify(JSON.parse(text), null, 2),
  "has its members the other way round": (text) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
  "has a comment": (text) => `${text}// x`,
  "has a comma too many": (text) => text.replace(/\}$/, ",}"),
  "holds what is no number": (text) => text.replace("{", '{"z":NaN,'),
  "holds a zero character": (text) => text.replace("{", '{"z":"\\u0000",'),
  "holds lists ninety deep": (text) => text.replace("{", `{"z":${"[".repeat(90)}${"]".repeat(90)},`),
  "holds lists two hundred deep": (text) => text.replace("{", `{"z":${"[".repeat(200)}${"]".repeat(200)},`),
  "is followed by another": (text) => `${text}\n${text}`,
  "is the only element of a list": (text) => `[${text}]`,
  "has its hashes in capital letters": (text) => text.replace(/[0-9a-f]{64}/g, (hash) => hash.toUpperCase()),
  "has true for a text": (text) => text.replace(/:"[^"]*"/, ":true"),
  "has null for a text": (text) => text.replace(/:"[^"]*"/, ":null"),
  "has null for a list": (text) => text.replace(/:\[[^[\]]*\]/, ":null"),
  "has an object for a text": (text) => text.replace(/:"[^"]*"/, ":{}"),
};

/** Bytes of gzip that unpack to the same lines, or nearly. */
const PACKINGS: Record<string, (lines: string, bytes: Buffer) => Uint8Array> = {
  "has another time in its header": (_lines, bytes) =>
    Buffer.concat([bytes.subarray(0, 4), Buffer.from([1]), bytes.subarray(5)]),
  "was packed on another system": (_lines, bytes) =>
    Buffer.concat([bytes.subarray(0, 9), Buffer.from([bytes[9]! ^ 8]), bytes.subarray(10)]),
  "has a wrong checksum": (_lines, bytes) => bytes.map((byte, at) => (at === bytes.length - 8 ? byte ^ 1 : byte)),
  "says another length": (_lines, bytes) => bytes.map((byte, at) => (at === bytes.length - 4 ? byte ^ 1 : byte)),
  "is deflate alone": (lines) => deflateRawSync(lines),
  "is zlib": (lines) => deflateSync(lines),
  "is brotli": (lines) => brotliCompressSync(lines),
  "is not packed": (lines) => Buffer.from(lines),
  "is a member for each line": (lines) =>
    Buffer.concat(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => gzipSync(`${line}\n`)),
    ),
  "ends its lines otherwise": (lines) => gzipSync(lines.replaceAll("\n", "\r\n")),
  "has no break after its last line": (lines) => gzipSync(lines.trimEnd()),
  "has an empty line": (lines) => gzipSync(`${lines}\n`),
  "has a member twice in a line": (lines) => gzipSync(lines.replace("{", '{"run_id":"x",')),
  "has a number with a fraction in a line": (lines) => gzipSync(lines.replace(/:(\d+)([,}])/, ":$1.0$2")),
  "begins with a byte order mark": (lines) => gzipSync(`\ufeff${lines}`),
};

const KEY_FILES: Record<string, (pem: string) => string | Uint8Array> = {
  "has line breaks of another system": (pem) => pem.replaceAll("\n", "\r\n"),
  "has a comment before it": (pem) => `sequence: 1-\n${pem}`,
  "has a comment after it": (pem) => `${pem}# comment\n`,
  "holds two keys": (pem) => pem + pem,
  "has another key after it": (pem) => pem + otherPem(),
  "has another key before it": (pem) => otherPem() + pem,
  "is in one line": (pem) => pem.replace(/(?<=[^-])\n(?=[^-])/g, ""),
  "has no line break at its end": (pem) => pem.trimEnd(),
  "is DER": (pem) => Buffer.from(pem.split("\n").slice(1, -2).join(""), "base64"),
  "has other dashes": (pem) => pem.replaceAll("-----", "----"),
  "calls itself another key": (pem) => pem.replaceAll("PUBLIC KEY", "EC PUBLIC KEY"),
  "is a private key": () =>
    String(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" })),
};

const otherPem = () =>
  String(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" }));

/** A number of DER with a zero too many before it. */
const padded = (signature: Buffer) => {
  const length = signature[3]!;
  return Buffer.concat([Buffer.from([0x30, signature[1]! + 1, 2, length + 1, 0]), signature.subarray(4)]);
};

/** @param elsewhere a copy of another bucket, sealed with the same key under the same ids */
function ofWholeRuns(keys: CopyKeys, elsewhere: string | undefined): Record<string, Change> {
  const [, run] = /run_id=(\w{26})/.exec(keys.firstManifest)!;
  const [, newest] = /run_id=(\w{26})/.exec(keys.lastManifest)!;
  const own = (id: string) => [
    `${dirname(keys.firstManifest).replace(run!, id)}/`,
    keys.object.replace(run!, id),
    keys.otherObject.replace(run!, id),
  ];
  const copied =
    (from: string, to: string): Change =>
    async (at) => {
      await edit(at(to), () => readFileSync(at(from)));
      return { code: 1, touched: [to] };
    };
  const added =
    (key: string, body: string | Uint8Array, code: Altered["code"] = 1): Change =>
    async (at) => {
      await replaced(at(key), body);
      return { code, touched: code ? [key] : [] };
    };
  const json =
    (key: string, change: (text: string) => string): Change =>
    async (at) => {
      await edit(at(key), (bytes) => change(bytes.toString("utf8")));
      return { code: 1, touched: [key] };
    };
  const planOf = async (at: At, run_id: string, change: object = {}) => {
    const plan = JSON.parse(await readFile(at(keys.plan), "utf8"));
    await replaced(at(keys.plan.replace(run!, run_id)), JSON.stringify({ ...plan, run_id, ...change }));
    return keys.plan.replace(run!, run_id);
  };
  const open = `${run!.slice(0, -1)}X`;
  const runs = Number(newest!.slice(-1));
  const linkOf = (sequence: number) => `runs/chain/${String(999_999_999 - sequence).padStart(9, "0")}.json`;
  const link = (sequence: number, run_id: string) =>
    JSON.stringify({ sequence, run_id, run_date: "2026-11-24", claimed_at: "2026-11-24T11:00:00.000Z" });
  return {
    "a commit is another run's": copied(keys.otherCommit.replace(run!, newest!), keys.otherCommit),
    "a plan is another run's": copied(keys.plan.replace(run!, newest!), keys.plan),
    "an object is another run's": copied(keys.otherObject.replace(run!, newest!), keys.otherObject),
    "a manifest says an older format": json(keys.lastManifest, (text) => text.replace(/manifest\/\d/, "manifest/1")),
    "a manifest says a newer format": json(keys.lastManifest, (text) => text.replace(/manifest\/\d/, "manifest/9")),
    "a manifest says the other format": json(keys.firstManifest, (text) =>
      text.replace(/manifest\/(\d)/, (_all, n) => `manifest/${n === "3" ? 2 : 3}`),
    ),
    "the newest manifest says the other format": json(keys.lastManifest, (text) =>
      text.replace(/manifest\/(\d)/, (_all, n) => `manifest/${n === "3" ? 2 : 3}`),
    ),
    "a commit goes by the name of what it handed over": async (at) => {
      const to = keys.commit.replace(/\.json$/, ".1.json");
      await rename(at(keys.commit), at(to));
      return { code: 1, touched: [keys.commit, to] };
    },
    "a commit of what was never handed over is there": added(keys.commit.replace(/\.json$/, ".1.json"), "{}"),
    "an object of what was never handed over is there": added(
      keys.object.replace("-a.nd", ".1-a.nd"),
      gzipSync("{}\n"),
    ),
    "an object goes by another attempt": async (at) => {
      await rename(at(keys.object), at(keys.object.replace(/-a\.nd/, "-b.nd")));
      return { code: 1, touched: [keys.object] };
    },
    "an object lies below another day": async (at) => {
      const to = keys.object.replace("run_date=2026-11-24", "run_date=2026-11-25");
      await mkdir(dirname(at(to)), { recursive: true });
      await rename(at(keys.object), at(to));
      return { code: 1, touched: [keys.object, to] };
    },
    "a run lies below another day": async (at) => {
      const [from] = own(run!);
      const to = from!.replace("run_date=2026-11-24", "run_date=2026-11-25");
      await mkdir(dirname(at(to)), { recursive: true });
      await rename(at(from!), at(to));
      return { code: 1, touched: [from!, to], named: [`${to}manifest.json`] };
    },
    "a run is there below another day as well": async (at) => {
      const [from] = own(newest!);
      const to = from!.replace("run_date=2026-11-24", "run_date=2026-11-25");
      await cp(at(from!), at(to), { recursive: true });
      return { code: 1, touched: [to], named: [`${to}manifest.json`] };
    },
    "an empty folder is there": async (at) => {
      for (const folder of ["evidence/resource_type=x", dirname(keys.plan.replace(run!, open)), "empty/of/all"])
        await mkdir(at(folder), { recursive: true });
      return { code: 0, touched: [] };
    },
    "the folder of the evidence is a link": async (at) => {
      await rename(at("evidence"), `${at("evidence")}.aside`);
      symlinkSync(`${at("evidence")}.aside`, at("evidence"));
      return { code: 1, touched: ["evidence", "evidence/", "evidence.aside/"], named: ["evidence"] };
    },
    "a link to its own folder is there": async (at) => {
      symlinkSync(".", at("loop"));
      return { code: 1, touched: ["loop"] };
    },
    "a folder fifteen hundred deep is there": async (at) => {
      await mkdir(at("d/".repeat(1500)), { recursive: true });
      return { code: 0, touched: [] };
    },
    "a file fifteen hundred folders deep is there": async (at) => {
      const key = `${"d/".repeat(1500)}x`;
      await replaced(at(key), "x");
      return { code: 1, touched: [key] };
    },
    "a thousand files are there": async (at) => {
      const names = Array.from({ length: 1000 }, (_none, n) => `many/${n}`);
      for (const name of names) await replaced(at(name), "x");
      return { code: 1, touched: names };
    },
    "a time stamp is rubbish": added(`${dirname(keys.plan)}/timestamps/tsa.example.tsr`, "x", 0),
    "a time stamp of a run that is not there is there": added(
      `${dirname(keys.plan).replace(run!, "01ZZZZZZZZZZZZZZZZZZZZZZZZ")}/timestamps/tsa.example.tsr`,
      "x",
    ),
    "a time stamp has a name in capitals": added(`${dirname(keys.plan)}/timestamps/TSA.example.tsr`, "x"),
    "a checkpoint is rubbish, and no witness is asked": added("log/checkpoints/1.txt", "x", 0),
    "a checkpoint has a number with a zero": added("log/checkpoints/01.txt", "x"),
    "a link of number nought is there": added(linkOf(0), link(0, open)),
    "the next link is of a run that nobody planned": added(linkOf(runs + 1), link(runs + 1, open)),
    "the next link is of an open run": async (at) => {
      await planOf(at, open);
      await replaced(at(linkOf(runs + 1)), link(runs + 1, open));
      return { code: 0, touched: [] };
    },
    "the link after the next is of an open run": async (at) => {
      await planOf(at, open);
      await replaced(at(linkOf(runs + 2)), link(runs + 2, open));
      return { code: 1, touched: [linkOf(runs + 2)] };
    },
    "the next link is of a run that is sealed": added(linkOf(runs + 1), link(runs + 1, run!)),
    "an open run's plan is of another day": async (at) => {
      const key = await planOf(at, open, { started_at: "2026-11-23T10:00:00.000Z" });
      return { code: 1, touched: [key] };
    },
    "an open run's plan is of another run": async (at) => {
      const key = await planOf(at, open);
      await edit(at(key), (bytes) => bytes.toString().replaceAll(open, run!));
      return { code: 1, touched: [key] };
    },
    "an open run has a signature": async (at) => {
      const key = await planOf(at, open);
      await replaced(at(`${dirname(key)}/manifest.sig`), "x");
      return { code: 1, touched: [`${dirname(key)}/`], named: [`${dirname(key)}/manifest.json`] };
    },
    "an open run has tables": async (at) => {
      const key = await planOf(at, open);
      await replaced(at(`tables/aws_rds_dbinstance/run_date=2026-11-24/${open}.parquet`), "x");
      return { code: 1, touched: [`${dirname(key)}/`], named: [`${dirname(key)}/manifest.json`] };
    },
    "a model of any run is there": added(`models/run_date=2026-11-24/run_id=${run}/0001.json`, "{}", 0),
    "a key is there under capital letters": async (at) => {
      const to = keys.publicKey.replace(/[0-9a-f]{64}/, (hash) => hash.toUpperCase());
      await replaced(at(to), readFileSync(at(keys.publicKey)));
      return { code: 1, touched: [to] };
    },
    "a signature has a zero too many": async (at) => {
      await edit(at(keys.lastSignature), padded);
      return { code: 1, touched: [keys.lastSignature] };
    },
    "an older signature has a zero too many": async (at) => {
      await edit(at(keys.firstSignature), padded);
      return { code: 1, touched: [keys.firstSignature] };
    },
    ...(elsewhere && {
      "the newest run is another bucket's": async (at: At): Promise<Altered> => {
        const touched = own(newest!);
        for (const each of touched) {
          await rm(at(each), { recursive: true });
          await cp(join(elsewhere, each), at(each), { recursive: true });
        }
        await edit(at(keys.lastLink), () => readFileSync(join(elsewhere, keys.lastLink)));
        return { code: 1, touched: [...touched, keys.lastLink], named: [keys.lastManifest] };
      },
      "an older run is another bucket's": async (at: At): Promise<Altered> => {
        const touched = own(run!);
        for (const each of touched) {
          await rm(at(each), { recursive: true });
          await cp(join(elsewhere, each), at(each), { recursive: true });
        }
        await edit(at(keys.firstLink), () => readFileSync(join(elsewhere, keys.firstLink)));
        return { code: 1, touched: [...touched, keys.firstLink, "runs/"], named: [] };
      },
      "an object is another bucket's": async (at: At): Promise<Altered> => {
        await edit(at(keys.object), () => readFileSync(join(elsewhere, keys.object)));
        return { code: 1, touched: [keys.object] };
      },
      "a signature is another bucket's": async (at: At): Promise<Altered> => {
        await edit(at(keys.lastSignature), () => readFileSync(join(elsewhere, keys.lastSignature)));
        return { code: 1, touched: [keys.lastSignature] };
      },
      "a manifest is another bucket's": async (at: At): Promise<Altered> => {
        await edit(at(keys.lastManifest), () => readFileSync(join(elsewhere, keys.lastManifest)));
        return { code: 1, touched: [keys.lastManifest] };
      },
    }),
  };
}

/** Nothing that is there need be: what is moved away of these is not missed. */
const UNMISSED = new Set<keyof CopyKeys>(["mark", "lease", "hint", "state", "lastSignature"]);

const DOCUMENTS = [
  "plan",
  "commit",
  "firstManifest",
  "lastManifest",
  "firstLink",
  "lastLink",
  "firstAttestation",
  "lastAttestation",
  "handOver",
] as const;

/** Kinds of alteration that rest on how systems read files, names, numbers, keys and archives. */
export function hostileAlterationsOf(keys: CopyKeys, elsewhere?: string): Alteration[] {
  const alterations: Alteration[] = [];
  const add = (name: string, change: Change) =>
    alterations.push({ name, apply: (folder) => change((key) => join(folder, key)) });
  const targets = Object.keys(keys) as (keyof CopyKeys)[];
  for (const target of targets) {
    const key = keys[target]!;
    for (const [what, change] of Object.entries(DISGUISES))
      add(`${target} ${what}`, async (at) => {
        await edit(at(key), change);
        // Which is gzip as well, and outside of every seal.
        const isSame = target === "state" && what === "has zeros after its end";
        return { code: isSame ? 0 : 1, touched: [key] };
      });
    add(`${target} is another file's other name`, async (at) => {
      await rm(at(key));
      linkSync("package.json", at(key));
      return { code: 1, touched: [key] };
    });
    add(`${target} is a link to a file with its bytes`, async (at) => {
      await rename(at(key), `${at("")}.aside`);
      symlinkSync(`${at("")}.aside`, at(key));
      return { code: 0, touched: [] };
    });
    add(`${target} is zeros that take no room`, async (at) => {
      const { length } = readFileSync(at(key));
      await replaced(at(key), "");
      await truncate(at(key), length);
      return { code: 1, touched: [key] };
    });
    add(`${target} is a folder with a file in it`, async (at) => {
      await rm(at(key));
      await replaced(at(`${key}/x`), "x");
      return { code: 1, touched: [key, `${key}/x`], named: [`${key}/x`, ...(UNMISSED.has(target) ? [] : [key])] };
    });
  }
  for (const target of [
    "object",
    "commit",
    "plan",
    "lastManifest",
    "firstSignature",
    "lastLink",
    "publicKey",
    "hint",
  ] as const)
    for (const [what, name] of Object.entries(LOOKALIKES)) {
      const [key, other] = [keys[target]!, name(keys[target]!)];
      if (key === other) continue;
      add(`${target} is there ${what} as well`, async (at) => {
        await replaced(at(other), readFileSync(at(key)));
        return { code: 1, touched: [other] };
      });
      add(`${target} is there ${what} alone`, async (at) => {
        await mkdir(dirname(at(other)), { recursive: true });
        await rename(at(key), at(other));
        return { code: 1, touched: [key, other], named: UNMISSED.has(target) ? [other] : [key, other] };
      });
    }
  for (const target of DOCUMENTS) {
    const key = keys[target];
    if (!key) continue;
    for (const [what, spell] of Object.entries(SPELLINGS))
      add(`${target} ${what}`, async (at) => {
        const before = await readFile(at(key), "utf8");
        const after = spell(before);
        if (after === before) return { code: 0, touched: [] };
        await replaced(at(key), after);
        return { code: 1, touched: [key] };
      });
  }
  for (const [what, pack] of Object.entries(PACKINGS))
    add(`an object ${what}`, async (at) => {
      await edit(at(keys.object), (bytes) => pack(gunzipSync(bytes).toString(), bytes));
      return { code: 1, touched: [keys.object] };
    });
  for (const [what, write] of Object.entries(KEY_FILES))
    add(`a public key ${what}`, async (at) => {
      await edit(at(keys.publicKey), (bytes) => write(bytes.toString()));
      return { code: 1, touched: [keys.publicKey] };
    });
  for (const [name, change] of Object.entries(ofWholeRuns(keys, elsewhere))) add(name, change);
  return alterations;
}
