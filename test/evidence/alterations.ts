import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

/** What an altered copy must come to. */
export interface Altered {
  code: 0 | 1 | 3;
  /** Keys that may be blamed: those that were touched. */
  touched: string[];
  /** Keys that must be named; all that were touched by default. */
  named?: string[];
}

export interface Alteration {
  name: string;
  apply: (folder: string) => Promise<Altered>;
}

/** A copy's keys, by what they are. */
export interface Keys {
  object: string;
  otherObject: string;
  commit: string;
  otherCommit: string;
  plan: string;
  firstManifest: string;
  lastManifest: string;
  firstSignature: string;
  lastSignature: string;
  /** Manifests of before have none. */
  firstAttestation?: string;
  lastAttestation?: string;
  firstLink: string;
  lastLink: string;
  publicKey: string;
  mark: string;
  lease: string;
  hint: string;
  state: string;
}

/** With the record of a change of key at the last run, where there is one. */
export type CopyKeys = Keys & { handOver?: string };

/** Writes a file anew: the one that stood there is shared with other copies. */
const put = async (path: string, body: string | Uint8Array) => {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
};

const edit = async (path: string, change: (bytes: Buffer) => Uint8Array | string) =>
  put(path, change(await readFile(path)));

const deep = "[".repeat(100_000);

/** What can be done to any file. */
const OPERATIONS: Record<string, (path: string) => Promise<unknown>> = {
  "is removed": (path) => rm(path),
  "is emptied": (path) => put(path, ""),
  "is cut in half": (path) => edit(path, (bytes) => bytes.subarray(0, bytes.length >> 1)),
  "has a byte too many": (path) => edit(path, (bytes) => Buffer.concat([bytes, Buffer.from("\n")])),
  "begins with a space": (path) => edit(path, (bytes) => Buffer.concat([Buffer.from(" "), bytes])),
  "has one bit turned": (path) =>
    edit(path, (bytes) => bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte))),
  "has its last byte turned": (path) =>
    edit(path, (bytes) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 0x80 : byte))),
  "is rubbish": (path) => put(path, "rubbish"),
  "is an empty object": (path) => put(path, "{ }"),
  "is JSON without an end": (path) => put(path, deep),
  "is nested a hundred thousand deep": (path) => put(path, `${deep}${"]".repeat(100_000)}`),
  "is null": (path) => put(path, "null"),
  "is not UTF-8": (path) => put(path, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
  "has a byte order mark": (path) => edit(path, (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
  "is a folder": async (path) => {
    await rm(path);
    await mkdir(path);
  },
  "is a pipe": async (path) => {
    await rm(path);
    execFileSync("mkfifo", [path]);
  },
  "is a link to itself": async (path) => {
    await rm(path);
    await symlink(path, path);
  },
  "is a link to a device that never ends": async (path) => {
    await rm(path);
    await symlink("/dev/zero", path);
  },
  "is a link to nowhere": async (path) => {
    await rm(path);
    await symlink("/nowhere/at/all", path);
  },
};

/** What takes a while to be read, and so is done to a few. */
const HUGE = new Set<keyof Keys>(["object", "commit", "firstManifest", "lastSignature"]);
const GROWN: typeof OPERATIONS = {
  "has 3 GB": async (path) => {
    await edit(path, (bytes) => bytes);
    await truncate(path, 3_000_000_000);
  },
};

/** Operations after which there is no file any more, so that what need not be there is not missed. */
const GONE = new Set(["is removed"]);

/** Copies of marks, hints and notifications may be left out. The newest run's signature may not be there yet. */
const expectedOf = (target: keyof CopyKeys, operation: string): Altered["code"] => {
  if (["mark", "lease", "hint", "state"].includes(target) && (GONE.has(operation) || operation === "is a folder"))
    return 0;
  // They are outside of every seal: another number in them is one as well.
  if (["lease", "hint"].includes(target) && operation === "has one bit turned") return 0;
  const isAbsent = GONE.has(operation) || operation.startsWith("is a ");
  if (target === "lastSignature" && isAbsent) return 3;
  return 1;
};

/** Names that the system does not use, wherever they lie. */
const ADDED = [
  "evil.txt",
  "Evidence/x.ndjson.gz",
  "evidence/evil",
  "evidence/resource_type=x/notes.txt",
  "runs/evil.json",
  "runs/chain/evil.json",
  "runs/chain/000000001.json",
  "runs/chain/1000000000.json",
  "runs/run_date=2026-11-24/evil.json",
  "runs/run_date=2026-11-24/run_id=evil/plan.json",
  "keys/evil.pem",
  `keys/${"0".repeat(64)}.pem`,
  "keys/evil/x.pem",
  "hints/evil.json",
  "notifications/evil.json",
  "tables/evil",
  "tables/aws_zz/evil.parquet",
  "tables/aws_rds_dbinstance/run_date=2026-11-24/01ZZZZZZZZZZZZZZZZZZZZZZZZ.parquet",
  "models/evil.json",
  ".hidden",
  "name with\nline break",
  "name with \u202e turned text",
  `long/${"n".repeat(200)}`,
  "back\\slash",
];

/** What can be done to one document or to several at once. */
function particular(keys: CopyKeys): Record<string, (at: (key: string) => string) => Promise<Altered>> {
  const one = (key: keyof Keys, change: (text: string) => string) => async (at: (key: string) => string) => {
    await edit(at(keys[key]!), (bytes) => change(bytes.toString("utf8")));
    return { code: 1 as const, touched: [keys[key]!] };
  };
  const json = (key: keyof Keys, change: (value: Record<string, unknown>) => unknown) =>
    one(key, (text) => JSON.stringify(change(JSON.parse(text))));
  const lines =
    (change: (lines: string[]) => string[], level = 6) =>
    async (at: (key: string) => string) => {
      await edit(at(keys.object), (bytes) =>
        gzipSync(`${change(gunzipSync(bytes).toString().trimEnd().split("\n")).join("\n")}\n`, { level }),
      );
      return { code: 1 as const, touched: [keys.object] };
    };
  const swap = (one: keyof Keys, other: keyof Keys) => async (at: (key: string) => string) => {
    await rename(at(keys[one]!), at("aside"));
    await rename(at(keys[other]!), at(keys[one]!));
    await rename(at("aside"), at(keys[other]!));
    return { code: 1 as const, touched: [keys[one]!, keys[other]!] };
  };
  const copied = (from: keyof Keys, to: keyof Keys) => async (at: (key: string) => string) => {
    await edit(at(keys[to]!), () => readFileSync(at(keys[from]!)));
    return { code: 1 as const, touched: [keys[to]!] };
  };
  return {
    ...(keys.handOver ? handOverAlterations({ ...keys, handOver: keys.handOver }) : {}),
    "items are in another order": lines((all) => all.toReversed()),
    "items are compressed otherwise": lines((all) => all, 0),
    "an item is changed": lines(([first, ...rest]) => [first!.replace("db-", "dB-"), ...rest]),
    "an item is left out": lines(([, ...rest]) => rest),
    "an item is twice there": lines((all) => [...all, all[0]!]),
    "an empty member of gzip is appended": async (at) => {
      await edit(at(keys.object), (bytes) => Buffer.concat([bytes, gzipSync("")]));
      return { code: 1, touched: [keys.object] };
    },
    "two objects change places": swap("object", "otherObject"),
    "two commits change places": swap("commit", "otherCommit"),
    "two manifests change places": swap("firstManifest", "lastManifest"),
    "two signatures change places": swap("firstSignature", "lastSignature"),
    "two links change places": swap("firstLink", "lastLink"),
    "an object stands for another": copied("otherObject", "object"),
    "a commit stands for another": copied("otherCommit", "commit"),
    "a manifest stands for an older one": copied("lastManifest", "firstManifest"),
    "a manifest stands for a newer one": copied("firstManifest", "lastManifest"),
    "a signature stands for another": copied("firstSignature", "lastSignature"),
    "a link stands for another": copied("firstLink", "lastLink"),
    "a link was claimed at another time": json("firstLink", (link) => ({
      ...link,
      claimed_at: "2020-01-01T00:00:00.000Z",
    })),
    "a link has a member too many": json("firstLink", (link) => ({ ...link, x: 1 })),
    "a link names somebody who asked for it": json("firstLink", (link) => ({
      ...link,
      incomplete: { requested_by: "eve" },
    })),
    "a link names another run": json("firstLink", (link) => ({ ...link, run_id: "01ZZZZZZZZZZZZZZZZZZZZZZZZ" })),
    "a link names a run of 5,000 letters": json("firstLink", (link) => ({ ...link, run_id: "Z".repeat(5000) })),
    "a link names a run outside of the folder": json("firstLink", (link) => ({
      ...link,
      run_id: "../../../../etc/passwd",
    })),
    "a link says another sequence number": json("firstLink", (link) => ({ ...link, sequence: 7 })),
    "a link has a member twice": one("firstLink", (text) => text.replace("{", '{"sequence":1,')),
    "a link's members stand otherwise": json("lastLink", (link) =>
      Object.fromEntries(Object.entries(link).toReversed()),
    ),
    "a plan asks for less": json("plan", (plan) => ({ ...plan, tasks: (plan.tasks as unknown[]).slice(1) })),
    "a plan was asked for by another": json("plan", (plan) => ({ ...plan, requested_by: "eve" })),
    "a commit holds 60,000 keys with line breaks": json("commit", (commit) => ({
      ...commit,
      objects: Array.from({ length: 60_000 }, (_none, n) => ({
        key: `evidence/\n${n}`,
        resource_type: "x",
        bytes: 1,
        items: 1,
        sha256: "",
      })),
    })),
    "a commit names what never was": json("commit", (commit) => ({
      ...commit,
      objects: [
        { key: keys.object.replace(/-a\.ndjson/, "-zz.ndjson"), resource_type: "x", bytes: 1, items: 1, sha256: "" },
      ],
    })),
    "a commit hands over": json("commit", (commit) => ({ ...commit, follow_ups: [] })),
    "a commit was another attempt's": json("commit", (commit) => ({ ...commit, attempt: "zz" })),
    "a manifest says another time": json("lastManifest", (seal) => ({
      ...seal,
      sealed_at: "2020-01-01T00:00:00.000Z",
    })),
    "a manifest says another run": json("firstManifest", (seal) => ({ ...seal, run_id: "01ZZZZZZZZZZZZZZZZZZZZZZZZ" })),
    "a manifest says another sequence number": json("lastManifest", (seal) => ({ ...seal, sequence: 999_999_998 })),
    "a manifest says a sequence number that is taken": json("lastManifest", (seal) => ({ ...seal, sequence: 1 })),
    "a manifest follows nothing": json("lastManifest", (seal) => ({ ...seal, previous: null })),
    "a manifest holds half a surrogate pair": one("firstManifest", (text) =>
      text.replace('"test"', '"\\ud800"').replace("{", '{"a":"\\ud800",'),
    ),
    "a manifest has a member too many": json("firstManifest", (seal) => ({ ...seal, z: 1 })),
    "a manifest names no key": json("firstManifest", (seal) => ({ ...seal, signing_key: null })),
    "a manifest names another key": json("lastManifest", (seal) => ({
      ...seal,
      signing_key: { ...(seal.signing_key as object), sha256: "0".repeat(64) },
    })),
    "a manifest has a member twice": one("lastManifest", (text) => text.replace("{", '{"complete":true,')),
    "a newest manifest and its signature are gone": async (at) => {
      await rm(at(keys.lastManifest));
      await rm(at(keys.lastSignature));
      if (keys.lastAttestation) await rm(at(keys.lastAttestation));
      // A change of key is recorded after the manifest.
      return {
        code: keys.handOver ? 1 : 0,
        touched: [keys.lastManifest, keys.lastSignature],
        named: [keys.lastManifest],
      };
    },
    "an older manifest and its signature are gone": async (at) => {
      await rm(at(keys.firstManifest));
      await rm(at(keys.firstSignature));
      if (keys.firstAttestation) await rm(at(keys.firstAttestation));
      return { code: 1, touched: [keys.firstManifest, keys.firstSignature], named: [keys.firstManifest] };
    },
    "all links are gone": async (at) => {
      await rm(dirname(at(keys.firstLink)), { recursive: true });
      return { code: 1, touched: ["runs/chain/"], named: [keys.firstLink, keys.lastLink] };
    },
    "all public keys are gone": async (at) => {
      await rm(dirname(at(keys.publicKey)), { recursive: true });
      const { handOver } = keys;
      return { code: 1, touched: ["keys/"], named: [keys.publicKey, ...(handOver ? [handOver] : [])] };
    },
    "a whole run is there under another id": async (at) => {
      const [, run] = /run_id=(\w{26})/.exec(keys.firstManifest)!;
      const evil = run!.replace(/.$/, "Z");
      await cp(dirname(at(keys.firstManifest)), dirname(at(keys.firstManifest)).replace(run!, evil), {
        recursive: true,
      });
      const touched = `${dirname(keys.firstManifest).replace(run!, evil)}/`;
      return { code: 1, touched: [touched], named: [keys.firstManifest.replace(run!, evil)] };
    },
    ...(keys.firstAttestation &&
      ({
        "two attestations change places": swap("firstAttestation", "lastAttestation"),
        "an attestation stands for another": copied("firstAttestation", "lastAttestation"),
        "an attestation says another thing": json("lastAttestation", (envelope) => ({
          ...envelope,
          payload: Buffer.from(
            Buffer.from(String(envelope.payload), "base64").toString().replace('"sealed_at":"2', '"sealed_at":"1'),
          ).toString("base64"),
        })),
        "an attestation is signed by nobody": json("lastAttestation", (envelope) => ({ ...envelope, signatures: [] })),
        "an attestation has another member": json("firstAttestation", (envelope) => ({ ...envelope, note: "x" })),
        "an attestation's signature is the manifest's": async (at) => {
          const signature = readFileSync(at(keys.lastSignature)).toString("base64");
          await edit(at(keys.lastAttestation!), (bytes) =>
            bytes.toString().replace(/"sig":"[^"]+"/, `"sig":"${signature}"`),
          );
          return { code: 1, touched: [keys.lastAttestation!] };
        },
        "an attestation stands, and the newest signature is gone": async (at) => {
          await rm(at(keys.lastSignature));
          return { code: 3, touched: [keys.lastSignature] };
        },
        "the newest signature and attestation are gone": async (at) => {
          await rm(at(keys.lastSignature));
          await rm(at(keys.lastAttestation!));
          return { code: 3, touched: [keys.lastSignature] };
        },
      } satisfies Record<string, (at: (key: string) => string) => Promise<Altered>>)),
    "a mark of no task is there": async (at) => {
      const key = `${dirname(keys.firstManifest)}/finished/tasks/0000/evil-0000.json`;
      await put(at(key), "{}");
      return { code: 1, touched: [key] };
    },
    "a sealer's lease of another form is there": async (at) => {
      const key = `${dirname(keys.firstManifest)}/sealing/0009.json`;
      await put(at(key), "{}");
      return { code: 1, touched: [key] };
    },
    "an outcome is planted": async (at) => {
      const key = keys.commit.replace(/0000\.json$/, "0009.json");
      await put(at(key), "{}");
      return { code: 1, touched: [key] };
    },
    "an object is planted under an attempt that counts": async (at) => {
      const key = keys.object.replace("aws_rds_dbinstance", "aws_rds_dbcluster");
      await put(at(key), gzipSync("{}\n"));
      return { code: 1, touched: [key] };
    },
    "an object of a run that nobody planned is planted": async (at) => {
      const key = keys.object.replace(/\w{26}(?=-rds)/, "01ZZZZZZZZZZZZZZZZZZZZZZZZ");
      await put(at(key), gzipSync("{}\n"));
      return { code: 1, touched: [key] };
    },
    "an object of an attempt that lost is there": async (at) => {
      await put(at(keys.object.replace(/-a\.ndjson/, "-b.ndjson")), gzipSync("{}\n"));
      return { code: 0, touched: [] };
    },
    "there is a document of a run that the system does not write": async (at) => {
      const key = `${dirname(keys.firstManifest)}/notes.txt`;
      await put(at(key), "x");
      return { code: 1, touched: [key] };
    },
    "a name is not UTF-8": async (at) => {
      await writeFile(Buffer.concat([Buffer.from(`${at("evidence")}/`), Buffer.from([0xff]), Buffer.from(".gz")]), "x");
      return { code: 1, touched: ["evidence/\\xff.gz"] };
    },
    "an open run is there beside": async (at) => {
      const plan = JSON.parse(await readFile(at(keys.plan), "utf8")) as { run_id: string };
      const run_id = plan.run_id.replace(/.$/, "X");
      await put(at(keys.plan.replace(plan.run_id, run_id)), JSON.stringify({ ...plan, run_id }));
      return { code: 0, touched: [] };
    },
  };
}

type Change = (at: (key: string) => string) => Promise<Altered>;

/** What can be done to the record of a change of key. */
function handOverAlterations({ handOver, ...keys }: Keys & { handOver: string }): Record<string, Change> {
  interface Record {
    from: object;
    to: object;
    sequence: number;
    signatures: { from: string; to: string };
  }
  const json =
    (change: (value: Record) => unknown): Change =>
    async (at) => {
      await edit(at(handOver), (bytes) => JSON.stringify(change(JSON.parse(bytes.toString("utf8")))));
      return { code: 1, touched: [handOver] };
    };
  const moved =
    (name: string): Change =>
    async (at) => {
      await put(at(name), await readFile(at(handOver)));
      return { code: 1, touched: [name] };
    };
  return {
    "a change of key goes the other way": json((value) => ({ ...value, from: value.to, to: value.from })),
    "a change of key is signed the other way": json(({ signatures: { from, to }, ...value }) => ({
      ...value,
      signatures: { from: to, to: from },
    })),
    "a change of key is signed by one alone": json(({ signatures: { to }, ...value }) => ({
      ...value,
      signatures: { from: to, to },
    })),
    "a change of key comes earlier": json((value) => ({ ...value, sequence: value.sequence - 1 })),
    "a change of key has a member too many": json((value) => ({ ...value, z: 1 })),
    "a change of key has a member too many inside": json((value) => ({ ...value, to: { ...value.to, z: 1 } })),
    "a change of key hands over another history": json((value) => ({
      ...value,
      previous_manifest_sha256: "0".repeat(64),
    })),
    "a change of key is there once more": moved(handOver.replace(/\d+/, "7")),
    "a change of key is there for the first run": moved(handOver.replace(/\d+/, "1")),
    "a change of key is there under a number with a zero": moved(handOver.replace(/\d+/, "02")),
    "a manifest replaces no key": async (at) => {
      await edit(at(keys.lastManifest), (bytes) => {
        const { signing_key, ...seal } = JSON.parse(bytes.toString("utf8"));
        const { replaces: _replaces, ...key } = signing_key;
        return JSON.stringify({ ...seal, signing_key: key });
      });
      return { code: 1, touched: [keys.lastManifest] };
    },
    "a manifest replaces another key": async (at) => {
      await edit(at(keys.lastManifest), (bytes) =>
        bytes.toString("utf8").replace(/("replaces":")[0-9a-f]{64}/, `$1${"0".repeat(64)}`),
      );
      return { code: 1, touched: [keys.lastManifest] };
    },
  };
}

/** Every kind of alteration of a copy. */
export function alterationsOf(keys: CopyKeys): Alteration[] {
  const at = (folder: string) => (key: string) => join(folder, key);
  const single = (Object.keys(keys) as (keyof CopyKeys)[]).flatMap((target) =>
    Object.entries(HUGE.has(target as keyof Keys) ? { ...OPERATIONS, ...GROWN } : OPERATIONS).map(
      ([operation, change]) => ({
        name: `${target} ${operation}`,
        apply: async (folder: string): Promise<Altered> => {
          const key = keys[target]!;
          await change(join(folder, key));
          return { code: expectedOf(target, operation), touched: [key] };
        },
      }),
    ),
  );
  const added = ADDED.map((key) => ({
    name: `${JSON.stringify(key)} is added`,
    apply: async (folder: string): Promise<Altered> => {
      await put(join(folder, key), "x");
      return { code: 1, touched: [key] };
    },
  }));
  const others = Object.entries(particular(keys)).map(([name, apply]) => ({
    name,
    apply: (folder: string) => apply(at(folder)),
  }));
  return [...single, ...added, ...others];
}
