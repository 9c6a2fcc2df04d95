// A service that speaks LINE Notify with npm's messaging-api-line, and Alice, who agrees in a Chromium.
// It prints where it wants people sent back to, reads its client id and secret, and drives all that LINE Notify had.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import line from "messaging-api-line";
import { Browser } from "./browser.mjs";

const { LineNotify } = line;
const about = JSON.parse(process.env.GATEWAY);

// Where people are sent back to: the newest call, or the next.
const arrivals = [];
let arrived = () => {};
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  response.end("thank you");
  const url = new URL(request.url, "http://service");
  if (url.pathname !== "/callback") return;
  const values = request.method === "POST" ? new URLSearchParams(body) : url.searchParams;
  const referer = request.headers.referer;
  arrivals.push({ method: request.method, values: Object.fromEntries(values), referer });
  arrived();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const arrival = async () => {
  while (!arrivals.length) await new Promise((resolve) => (arrived = resolve));
  return arrivals.shift();
};

const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;
console.log(JSON.stringify({ redirectUri }));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { clientId, clientSecret } = JSON.parse((await lines.next()).value);

let replies = 0;
// Alice sends a text to the account, which answers with a number.
const aliceSends = async (text) => {
  const said = await fetch(`${about.sim}/_sim/v1/chats/${about.alice}/messages`, {
    method: "POST",
    body: JSON.stringify({ text }),
  });
  assert(said.ok, await said.text());
  const answer = await fetch(`${about.sim}/_sim/v1/outbox?wait=30s&kind=reply&count=${(replies += 1)}`);
  const { deliveries } = await answer.json();
  return /page: (\d{6})/.exec(deliveries.at(-1).messages[0].text)[1];
};

// Alice opens a link, sends its code, enters the number and presses the button.
const agrees = async (browser, link, act = "agree") => {
  await browser.send("Page.navigate", { url: link });
  const code = await browser.value(`document.querySelector(".code")?.textContent`);
  const number = await aliceSends(code);
  await browser.value(`(() => {
    const field = document.querySelector("[name=number]");
    if (!field) return;
    field.value = "${number}";
    document.querySelector("[value=answer]").click();
    return true;
  })()`);
  const press = `document.querySelector("[name=chat]") && (document.querySelector("[value=${act}]").click(), true)`;
  await browser.value(press);
  return arrival();
};

const notify = new LineNotify({
  clientId,
  clientSecret,
  redirectUri,
  origin: `${about.gateway}/`,
  apiOrigin: `${about.gateway}/`,
});
const browser = await Browser.start(about.browser);
try {
  const { method, values, referer } = await agrees(browser, notify.getAuthLink("a&b=ü"));
  assert.deepEqual([method, values.state, referer], ["GET", "a&b=ü", undefined]);
  const token = await notify.getToken(values.code);
  assert.match(token, /^[A-Za-z0-9]{43}$/);
  const ok = { status: 200, message: "ok" };
  assert.deepEqual(await notify.getStatus(token), { ...ok, targetType: "USER", target: "Alice" });
  assert.deepEqual(await notify.sendNotify(token, "hello", { stickerPackageId: 446, stickerId: 1988 }), ok);
  assert.deepEqual(await notify.revokeToken(token), ok);
  const refusal = (error) => error.response.status === 401 && error.response.data.message === "Invalid access token";
  await assert.rejects(notify.sendNotify(token, "again"), refusal);
  await assert.rejects(notify.getToken(values.code), (error) => error.response.status === 400);

  const posted = await agrees(browser, `${notify.getAuthLink("s")}&response_mode=form_post`);
  assert.deepEqual([posted.method, posted.values.state, posted.referer], ["POST", "s", undefined]);
  assert.match(await notify.getToken(posted.values.code), /^[A-Za-z0-9]{43}$/);

  const declined = await agrees(browser, notify.getAuthLink("s"), "decline");
  assert.deepEqual([declined.values.error, declined.values.state], ["access_denied", "s"]);
} finally {
  await browser.stop();
  server.close();
  server.closeAllConnections();
}
process.exit(0);
