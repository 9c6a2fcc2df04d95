"""The bot and the push against LINE, simulated: hikyaku sim exec --friends 1 -- python -m unittest"""

import json
import os
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
        sim("POST", "/faults", {"match": {"path": "/v2/bot/message/push", "count": 1}, "do": {"status": 500, "after_accept": True}})
        push(FRIEND, "your parcel is here")
        arrived = sim("GET", f"/outbox?to={FRIEND}&kind=push")["deliveries"]
        self.assertEqual([it["messages"][0]["text"] for it in arrived], ["your parcel is here"])
        asked = sim("GET", "/log")["requests"]
        statuses = [it["status"] for it in asked if it["path"] == "/v2/bot/message/push"]
        self.assertEqual(statuses, [500, 409])


if __name__ == "__main__":
    unittest.main()
