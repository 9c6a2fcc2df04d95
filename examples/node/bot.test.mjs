// The bot and the push against LINE, simulated: hikyaku sim exec --friends 1 -- node --test
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
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

for (const [loss, fault] of Object.entries({
  "an error": { status: 500, after_accept: true },
  "a connection that closes": { drop: "after_accept" },
  "half an answer": { truncate: true },
  "an answer that comes too late": { delay: "3s", after_accept: true },
})) {
  test(`a push whose answer is lost by ${loss} arrives once`, async () => {
    const before = (await pushes()).length;
    const match = { path: "/v2/bot/message/push", count: 1 };
    await sim("POST", "/faults", { match, do: fault });
    await push(friend, loss, { timeout: 1000 });
    const { deliveries } = await sim("GET", `/outbox?to=${friend}&kind=push`);
    assert.equal(deliveries.filter((it) => it.messages[0].text === loss).length, 1);
    const statuses = (await pushes()).slice(before).map((it) => it.status);
    assert.ok(statuses.includes(409), "the answer to the first request was lost");
  });
}

test("push.mjs ends well though the answer to its first request is lost", async () => {
  const match = { path: "/v2/bot/message/push", count: 1 };
  await sim("POST", "/faults", { match, do: { drop: "after_accept" } });
  const script = fileURLToPath(new URL("push.mjs", import.meta.url));
  const program = spawn(process.execPath, [script, friend, "by hand"], { stdio: "inherit" });
  assert.deepEqual(await once(program, "exit"), [0, null]);
  const { deliveries } = await sim("GET", `/outbox?to=${friend}&kind=push`);
  assert.equal(deliveries.filter((it) => it.messages[0].text === "by hand").length, 1);
});

async function pushes() {
  const { requests } = await sim("GET", "/log");
  return requests.filter((it) => it.path === "/v2/bot/message/push");
}
