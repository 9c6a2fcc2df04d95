// A bot that says what it hears, made with LINE's own SDK. README.md beside it says how to run and test it.
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { messagingApi, validateSignature } from "@line/bot-sdk";

const line = new messagingApi.MessagingApiClient({
  channelAccessToken: process.env.LINE_CHANNEL_ACCESS_TOKEN,
  baseURL: process.env.HIKYAKU_API_URL ?? "https://api.line.me",
});

async function echo(event) {
  if (event.type !== "message" || event.message.type !== "text") return;
  await line.replyMessage({
    replyToken: event.replyToken,
    messages: [{ type: "text", text: event.message.text }],
  });
}

export const bot = createServer(async (request, response) => {
  const body = await buffer(request);
  const signature = request.headers["x-line-signature"] ?? "";
  if (!validateSignature(body, process.env.LINE_CHANNEL_SECRET, signature)) {
    response.writeHead(401).end();
    return;
  }
  response.end("OK"); // LINE waits two seconds for it
  for (const event of JSON.parse(body).events) {
    await echo(event).catch((error) => console.error(error.message));
  }
});

if (process.argv[1].endsWith("bot.mjs")) bot.listen(8000, "127.0.0.1");
