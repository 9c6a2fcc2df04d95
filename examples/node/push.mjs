// Pushes a text to one person, once, however often LINE has to be asked: node push.mjs USER_ID TEXT
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { HTTPFetchError, messagingApi } from "@line/bot-sdk";

const line = new messagingApi.MessagingApiClient({
  channelAccessToken: process.env.LINE_CHANNEL_ACCESS_TOKEN,
  baseURL: process.env.HIKYAKU_API_URL ?? "https://api.line.me",
});

// The SDK has no timeout of its own.
async function within(milliseconds, answer) {
  const late = sleep(milliseconds, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${milliseconds} ms`);
  });
  return Promise.race([answer, late]);
}

export async function push(to, text, { tries = 4, timeout = 10_000 } = {}) {
  const key = randomUUID(); // LINE acts on the first request with this key, and on no other
  for (let attempt = 1; ; attempt++) {
    try {
      await within(timeout, line.pushMessage({ to, messages: [{ type: "text", text }] }, key));
      return;
    } catch (error) {
      const status = error instanceof HTTPFetchError ? error.status : undefined;
      if (status === 409) return; // accepted before: the answer had been lost
      // Without a status no whole answer came, so nobody knows whether LINE has acted.
      if (status < 500 || attempt === tries) throw error;
      await sleep(2 ** attempt * 250 * Math.random());
    }
  }
}

if (process.argv[1].endsWith("push.mjs")) {
  await push(process.argv[2], process.argv[3]);
  process.exit(); // an attempt that was given up may still wait for its answer
}
