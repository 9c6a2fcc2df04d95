// The bot and the push against LINE, simulated: hikyaku sim exec --friends 1 -- node --test
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bot } from "./bot.mjs";
import { push } from "./push.mjs";

const friend = process.env.HIKYAKU_SIM_FRIENDS;

// Calls the simulator's control API: docs/simulator.md lists what it can do.
async function sim(method, path, body) {
  const request = { method, body: body && JSON.stringify(body) };
  const answer = await fetch(`${process.env.HIKYAKU_API_URL}/_sim/v1${path}`, request);
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

before(async () => {
  await new Promise((listening) => bot.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${bot.address().port}/callback`;
  await sim("PATCH", `/channels/${process.env.LINE_CHANNEL_ID}`, { webhook: { url } });
});

after(() => bot.close());

test("the bot says what it hears", async () => {
  await sim("POST", `/chats/${friend}/messages`, { text: "hello, こんにちは" });
  const { deliveries } = await sim("GET", `/outbox?to=${friend}&kind=reply&wait=10s&count=1`);
  assert.equal(deliveries[0].messages[0].text, "hello, こんにちは");
});

test("a push whose answer is lost arrives once", async () => {
  await sim("POST", "/faults", {
    match: { path: "/v2/bot/message/push", count: 1 },
    do: { status: 500, after_accept: true },
  });
  await push(friend, "your parcel is here");
  const { deliveries } = await sim("GET", `/outbox?to=${friend}&kind=push`);
  assert.deepEqual(deliveries.map((it) => it.messages[0].text), ["your parcel is here"]);
  const { requests } = await sim("GET", "/log");
  const pushes = requests.filter((it) => it.path === "/v2/bot/message/push");
  assert.deepEqual(pushes.map((it) => it.status), [500, 409]);
});
