"""A manifest built once more from its plan and commits: "Adding up" of docs/evidence/format.md."""

from verifier.documents import run_key, sha256


class DoesNotAddUp(ValueError):
    """Plan and commits contradict each other."""


def planned_items(task):
    """Auditor, account and region of each item: every region of every account, or what is left of them."""
    regions = task.get("regions")
    shares = task.get("rest") or [{"account_id": each, "regions": regions} for each in task["accounts"]]
    return [(task["auditor"], share["account_id"], region) for share in shares for region in share["regions"]]


def chain_of(first, commits):
    """A planned task and those that it was handed over to, in order, each with its commit or None."""
    waiting, seen = [first], set()
    while waiting:
        task = waiting.pop()
        commit = None if task["id"] in seen else commits.get(task["id"])
        seen.add(task["id"])
        yield task, commit
        if commit:
            waiting += reversed(commit[0].get("follow_ups", []))


def check_outcomes(first, commits):
    """The planned items of a task, each of which has exactly one outcome or belongs to a missing task."""
    planned = set(planned_items(first))
    waiting = set(planned)
    for task, commit in chain_of(first, commits):
        if commit is None:
            waiting -= set(planned_items(task))
            continue
        for outcome in commit[0]["outcomes"]:
            item = outcome["auditor"], outcome["account_id"], outcome["region"]
            if item not in waiting:
                raise DoesNotAddUp("an item has two outcomes, or was not planned")
            waiting.remove(item)
    if waiting:
        raise DoesNotAddUp("an item has no outcome")
    return planned


def entry_of(task, commit, data, key):
    """What a manifest says of a task."""
    return {
        "task": task["id"], "key": key, "bytes": len(data), "sha256": sha256(data),
        "attempt": commit["attempt"], "outcomes": len(commit["outcomes"]), "objects": len(commit["objects"]),
        "items": sum(each["items"] for each in commit["objects"]),
    }


def add(sums, counts):
    for name, count in counts.items():
        sums[name] = sums.get(name, 0) + count


def count_commit(commit, totals, outcomes, types):
    for outcome in commit["outcomes"]:
        add(outcomes, {outcome["status"]: 1})
        add(totals, {"calls": outcome["calls"], "retries": outcome["retries"]})
    for each in commit["objects"]:
        counts = {"items": each["items"], "objects": 1, "bytes": each["bytes"]}
        add(totals, counts)
        add(types.setdefault(each["resource_type"], {}), counts)


def build(seal, plan, plan_bytes, commits):
    """The manifest that a plan and its commits add up to.

    commits: by task, each parsed and as bytes.
    Raises KeyError, TypeError or ValueError where they do not add up.
    """
    run, date = plan["run_id"], plan["started_at"][:10]
    tasks, missing, planned, outcomes, types = [], [], set(), {}, {}
    totals = {"items": 0, "objects": 0, "bytes": 0, "calls": 0, "retries": 0}
    bundles = {"boss": {plan["bundle_sha256"]}} if "bundle_sha256" in plan else {}
    for first in plan["tasks"]:
        items = check_outcomes(first, commits)
        if planned & items:
            raise DoesNotAddUp("an item is planned twice")
        planned |= items
        for task, found in chain_of(first, commits):
            if found is None:
                missing.append(task)
                continue
            commit, data = found
            if (commit["run_id"], commit["task"]) != (run, task["id"]):
                raise DoesNotAddUp("a commit is another task's")
            tasks.append(entry_of(task, commit, data, run_key(date, run, f"outcomes/{task['id']}.json")))
            count_commit(commit, totals, outcomes, types)
            if commit.get("bundle_sha256"):
                attempt = commit["attempt"]
                who = attempt if attempt in ("boss", "recorder") else first["auditor"]
                bundles.setdefault(who, set()).add(commit["bundle_sha256"])
    for sealer in seal["tool"]["bundles"].get("sealer", [])[:1]:
        bundles.setdefault("sealer", set()).add(sealer)
    own = ["format", "sealed_at", "sequence", "previous", "signing_key", "attestation"]
    if missing:
        own += ["incomplete_requested_by", "claimed_as_complete"]
    return {
        **{name: seal[name] for name in own if name in seal},
        **({"desk": plan["desk"]} if "desk" in plan else {}),
        "run_id": run, "run_date": date, "complete": not missing, "missing": missing,
        "plan": {
            "key": run_key(date, run, "plan.json"), "bytes": len(plan_bytes), "sha256": sha256(plan_bytes)},
        "tool": {
            "version": plan["tool_version"],
            "bundles": {who: sorted(hashes) for who, hashes in bundles.items()},
        },
        "totals": {"planned": len(planned), "outcomes": outcomes, **totals},
        "resource_types": types,
        "tasks": tasks,
    }
