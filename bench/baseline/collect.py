"""The same evidence with boto3, in two ways: `collect.py plain out.ndjson` and `collect.py threads out.ndjson`.

plain: one call after the other, and one more for each resource's tags, as scripts that grew are.
threads: 32 threads over accounts, regions and types, tags taken from the listing where it has them: the best that
one careful script on one machine does.

Environment: ACCOUNTS, REGIONS (comma-separated), ROLE, EXTERNAL_ID, the endpoint and the audit account's credentials.
Prints a line of JSON: seconds, calls, errors.
"""

import datetime
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.exceptions
from botocore.config import Config

from estate import ESTATE

WAY, OUT = sys.argv[1], sys.argv[2]
THREADS = 32 if WAY == "threads" else 1
ACCOUNTS = os.environ["ACCOUNTS"].split(",")
REGIONS = os.environ["REGIONS"].split(",")
NO_SUCH = {"NoSuchEntity"}

calls = 0
errors = {}
counting = threading.Lock()
writing = threading.Lock()
out = open(OUT, "w", encoding="utf-8")


def count(**_event):
    global calls
    with counting:
        calls += 1


def session_of(account):
    role = f"arn:aws:iam::{account}:role/{os.environ['ROLE']}"
    answer = boto3.client("sts").assume_role(
        RoleArn=role, RoleSessionName="baseline", ExternalId=os.environ["EXTERNAL_ID"]
    )["Credentials"]
    return boto3.Session(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def client_of(session, service, region):
    config = Config(max_pool_connections=THREADS, retries={"mode": "standard"}, s3={"addressing_style": "path"})
    client = session.client(service, region_name=region, config=config)
    client.meta.events.register("before-send", count)
    return client


def items_in(answer, path):
    if path is None:
        return [{name: value for name, value in answer.items() if name != "ResponseMetadata"}]
    found = [answer]
    for member in path.split("."):
        values = [each.get(member) for each in found]
        found = [each for value in values for each in (value if isinstance(value, list) else [value]) if each is not None]
    return [each if isinstance(each, dict) else {"value": each} for each in found]


def answers(client, operation, arguments):
    """The answers of a call, page by page."""
    if client.can_paginate(operation):
        yield from client.get_paginator(operation).paginate(**arguments)
        return
    arguments = dict(arguments)
    while True:
        answer = getattr(client, operation)(**arguments)
        yield answer
        token = next((each for each in ("NextToken", "Marker") if answer.get(each)), None)
        if token is None:
            return
        arguments[token] = answer[token]


def ask(client, detail, resource):
    operation, parameters, none = detail
    arguments = parameters(resource)
    if arguments is None:
        return None
    try:
        merged = {}
        for answer in answers(client, operation, arguments):
            for name, value in answer.items():
                if name != "ResponseMetadata":
                    merged[name] = merged[name] + value if isinstance(merged.get(name), list) else value
        return merged
    except botocore.exceptions.ClientError as error:
        return failed(operation, error, none)


def failed(operation, error, none=()):
    code = error.response["Error"]["Code"]
    if code not in none and code not in NO_SUCH:
        with counting:
            errors[f"{operation} {code}"] = errors.get(f"{operation} {code}", 0) + 1
    return None


def listed(client, kind, types):
    if kind.parent is None:
        inputs = [kind.arguments]
    else:
        name, parameters = kind.parent
        parent = next(each for each in types if each.name == name)
        inputs = [parameters(each) for each in listed(client, parent, types)]
    for arguments in inputs:
        try:
            for answer in answers(client, kind.operation, arguments):
                for each in items_in(answer, kind.items):
                    yield {**arguments, **each} if kind.parent else each
        except botocore.exceptions.ClientError as error:
            failed(kind.operation, error)


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def collect(account, region, client, kind, types):
    for resource in listed(client, kind, types):
        described = {**resource, "account": account}
        for detail in kind.details:
            described[detail[0]] = ask(client, detail, described)
        # The threaded way asks for tags only where the listing leaves them out.
        if kind.tags and (WAY == "plain" or not kind.inline):
            described["tags"] = ask(client, kind.tags, described)
        item = {
            "account_id": account,
            "region": region,
            "resource_type": kind.name,
            "resource_id": "/".join(str(resource[each]) for each in kind.ids) or (account if region == "global" else region),
            "configuration": described,
        }
        line = json.dumps(item, default=plain) + "\n"
        with writing:
            out.write(line)


began = time.monotonic()
with ThreadPoolExecutor(THREADS) as pool:
    sessions = dict(zip(ACCOUNTS, pool.map(session_of, ACCOUNTS)))
    places = [
        (account, region, service, types)
        for account in ACCOUNTS
        for service, home, types in ESTATE
        for region in ([home] if home else REGIONS)
    ]
    # Clients are made in turn: boto3's sessions are not for several threads at once.
    clients = [client_of(sessions[account], service, region) for account, region, service, _types in places]
    homes = {service: home for service, home, _types in ESTATE}
    work = [
        pool.submit(collect, account, "global" if homes[service] else region, client, kind, types)
        for (account, region, service, types), client in zip(places, clients)
        for kind in types
    ]
    for each in work:
        each.result()
out.close()
print(json.dumps({"seconds": time.monotonic() - began, "cpu": time.process_time(), "calls": calls, "errors": errors}))
