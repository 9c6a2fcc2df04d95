"""A shop's program: an order and its notification are committed together. It knows psycopg and nothing of Hikyaku."""

import json
import sys

import psycopg
from psycopg.types.json import Jsonb

# Behind a pooler in transaction mode, nothing may be prepared in a session.
prepare = None if sys.argv[2:] == ["pooled"] else 5
database = psycopg.connect(sys.argv[1], prepare_threshold=prepare)
ENQUEUE = "SELECT id, existing FROM hikyaku_enqueue_v1(%s)"


def notification(order):
    # Members in no order that Rust would write them in, and a null for what is not there.
    return Jsonb({
        "idempotency_key": f"order-{order}",
        "messages": [{"text": f"order {order} is on its way", "quoteToken": None, "type": "text"}],
        "to": "U4af4980629000000000000000000000a",
        "kind": "push",
        "reference": {"order": order},
    })


def place(order):
    database.execute("INSERT INTO orders VALUES (%s)", [order])
    return database.execute(ENQUEUE, [notification(order)]).fetchone()


with database.transaction():
    database.execute("CREATE TABLE orders (id int PRIMARY KEY)")
with database.transaction():
    first = place(1)
try:
    with database.transaction():
        place(2)
        raise RuntimeError("the card was declined")
except RuntimeError:
    pass
with database.transaction():
    # More often than psycopg sends a statement unprepared.
    again = [database.execute(ENQUEUE, [notification(1)]).fetchone() for _ in range(12)]
try:
    with database.transaction():
        database.execute(ENQUEUE, [Jsonb({"kind": "push", "to": "U1", "messages": [], "idempotency_key": "x"})])
    refused = None
except psycopg.errors.InvalidParameterValue as why:
    refused = [why.diag.message_primary, why.diag.message_hint]
try:
    with database.transaction():
        other = notification(3)
        other.obj["idempotency_key"] = "order-1"
        database.execute(ENQUEUE, [other])
    conflict = None
except psycopg.errors.UniqueViolation as why:
    conflict = why.diag.message_primary
with database.transaction():
    database.execute("SELECT hikyaku_wake_v1()")
    seen = database.execute("SELECT state FROM hikyaku_delivery_v1 WHERE reference @> '{\"order\": 1}'").fetchall()
print(json.dumps({"first": first, "again": again, "refused": refused, "conflict": conflict, "seen": seen}))
