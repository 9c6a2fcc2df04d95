"""The bot and the push against LINE, simulated: hikyaku sim exec --friends 1 -- python -m unittest"""

import json
import os
import subprocess
import sys
import threading
import unittest
from urllib.request import Request, urlopen

from werkzeug.serving import make_server

import bot
from push import push

FRIEND = os.environ["HIKYAKU_SIM_FRIENDS"]


def sim(method, path, body=None):
    """Calls the simulator's control API: docs/simulator.md lists what it can do."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{os.environ['HIKYAKU_API_URL']}/_sim/v1{path}", data, method=method)
    with urlopen(request) as answer:
        return json.loads(answer.read() or "null")


class LineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = make_server("127.0.0.1", 0, bot.app, threaded=True)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        webhook = {"url": f"http://127.0.0.1:{cls.server.port}/callback"}
        sim("PATCH", f"/channels/{os.environ['LINE_CHANNEL_ID']}", {"webhook": webhook})

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()

    def test_the_bot_says_what_it_hears(self):
        sim("POST", f"/chats/{FRIEND}/messages", {"text": "hello, こんにちは"})
        answer = sim("GET", f"/outbox?to={FRIEND}&kind=reply&wait=10s&count=1")["deliveries"][0]
        self.assertEqual(answer["messages"][0]["text"], "hello, こんにちは")

    def test_a_push_whose_answer_is_lost_arrives_once(self):
        for loss, fault in {
            "an error": {"status": 500, "after_accept": True},
            "a connection that closes": {"drop": "after_accept"},
            "half an answer": {"truncate": True},
            "an answer that comes too late": {"delay": "3s", "after_accept": True},
        }.items():
            with self.subTest(loss):
                before = len(pushes())
                lose_next_answer(fault)
                push(FRIEND, loss, timeout=1)
                self.assertEqual(arrived(loss), 1)
                statuses = [it["status"] for it in pushes()[before:]]
                self.assertIn(409, statuses, "the answer to the first request was lost")

    def test_push_py_ends_well_though_the_answer_to_its_first_request_is_lost(self):
        lose_next_answer({"drop": "after_accept"})
        script = os.path.join(os.path.dirname(__file__), "push.py")
        subprocess.run([sys.executable, script, FRIEND, "by hand"], check=True)
        self.assertEqual(arrived("by hand"), 1)


def lose_next_answer(fault):
    sim("POST", "/faults", {"match": {"path": "/v2/bot/message/push", "count": 1}, "do": fault})


def arrived(text):
    deliveries = sim("GET", f"/outbox?to={FRIEND}&kind=push")["deliveries"]
    return sum(it["messages"][0]["text"] == text for it in deliveries)


def pushes():
    return [it for it in sim("GET", "/log")["requests"] if it["path"] == "/v2/bot/message/push"]


if __name__ == "__main__":
    unittest.main()
