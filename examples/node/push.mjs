// Pushes a text to one person, once, however often LINE has to be asked: node push.mjs USER_ID TEXT
import { randomUUID } from "node:crypto";
import { HTTPFetchError, messagingApi } from "@line/bot-sdk";

const line = new messagingApi.MessagingApiClient({
  channelAccessToken: process.env.LINE_CHANNEL_ACCESS_TOKEN,
  baseURL: process.env.HIKYAKU_API_URL ?? "https://api.line.me",
});

export async function push(to, text, tries = 3) {
  const key = randomUUID(); // LINE acts on the first request with this key, and on no other
  while (true) {
    try {
      await line.pushMessage({ to, messages: [{ type: "text", text }] }, key);
      return;
    } catch (error) {
      if (!(error instanceof HTTPFetchError)) throw error;
      if (error.status === 409) return; // accepted before: the answer had been lost
      if (error.status < 500 || --tries === 0) throw error;
    }
  }
}

if (process.argv[1].endsWith("push.mjs")) await push(process.argv[2], process.argv[3]);
