// Alice signs in by a link, makes a token, tests it and revokes it; then an operator retries what LINE has refused.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";

const { browser: program, my, operator, gateway } = JSON.parse(process.env.PAGES);

const browser = await Browser.start(program);
// Presses a button by what stands on it, once it is there.
const press = (text, within = "document") =>
  browser.value(`(() => {
    const buttons = [...${within}.querySelectorAll("button, summary")];
    const button = buttons.find((it) => it.textContent.trim() === ${JSON.stringify(text)});
    if (!button) return false;
    button.click();
    return true;
  })()`);
const shows = (text) => browser.value(`document.body?.innerText.includes(${JSON.stringify(text)})`);
const open = (url) => browser.send("Page.navigate", { url });
const notify = (token) =>
  fetch(`${gateway}/api/notify`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ message: "hello" }),
  });

try {
  await open(my);
  await shows("Sign in as Alice?");
  await press("Sign in");
  await shows("You have no token yet");
  // A link works once.
  await open(my);
  await shows("This link is over");
  await open(`${gateway}/my`);

  await browser.value(`(() => {
    const name = document.querySelector("[action='/my/create'] [name=name]");
    if (!name) return false;
    name.value = "browser";
    return true;
  })()`);
  await press("Create the token");
  await shows("It is shown this once");
  const token = await browser.value(`document.querySelector(".copy").textContent`);
  assert.match(token, /^[A-Za-z0-9]{43}$/);
  assert.equal((await notify(token)).status, 200);
  // One click selects all of it.
  const selects = await browser.value(`getComputedStyle(document.querySelector(".copy")).userSelect`);
  assert.equal(selects, "all");

  await open(`${gateway}/my`);
  await shows("browser");
  await press("Send a test");
  await shows("The test has arrived in LINE.");
  await press("Revoke");
  await press("Revoke it now");
  await shows("The token is revoked.");
  assert.equal((await notify(token)).status, 401);
  await press("Sign out");
  await shows("Make tokens for scripts");
  await open(`${gateway}/my`);
  await shows("Make tokens for scripts");

  await open(operator);
  await shows("Sign in as ann?");
  await press("Sign in");
  await shows("Deliveries by state");
  await open(`${gateway}/operator/deliveries?state=rejected`);
  await browser.value(`(() => {
    const reason = document.querySelector("[action='/operator/preview'] [name=reason]");
    if (!reason) return false;
    reason.value = "LINE knows them now";
    return true;
  })()`);
  await press("Preview");
  await shows("Retry: 1 deliveries");
  await press("Confirm");
  await shows("1 were changed.");
  await open(`${gateway}/operator/record`);
  await shows("LINE knows them now");
  const requests = await browser.value(`JSON.stringify(performance.getEntriesByType("resource").map((it) => it.name))`);
  assert.equal(requests, "[]", "the page loads nothing");
} finally {
  await browser.stop();
}
process.exit(0);
