// A bot with LINE's official SDK for Node.js, whose base URL is the gateway's. Prints what its calls give, as JSON.
import { randomUUID } from "node:crypto";
import { LineBotClient, HTTPFetchError } from "@line/bot-sdk";

const { url, key, user, replyToken, down } = JSON.parse(process.env.BOT);
const client = LineBotClient.fromChannelAccessToken({
  channelAccessToken: key,
  apiBaseURL: url, // the one line that changes
  dataApiBaseURL: url,
});
const text = (text) => ({ type: "text", text });
const said = {};
if (down) {
  said.push = await client.pushMessage({ to: user, messages: [text("while LINE is down")] });
} else {
  const retryKey = randomUUID();
  said.push = await client.pushMessage({ to: user, messages: [text("push")] }, retryKey);
  said.repeat = await client
    .pushMessage({ to: user, messages: [text("push")] }, retryKey)
    .catch((error) => {
      if (!(error instanceof HTTPFetchError)) throw error;
      return { status: error.status, accepted: error.headers.get("x-line-accepted-request-id") };
    });
  said.reply = await client.replyMessage({ replyToken, messages: [text("reply")] });
  said.multicast = await client.multicast({ to: [user], messages: [text("multicast")] });
  said.broadcast = await client.broadcast({ messages: [text("broadcast")] });
  said.narrowcast = await client.narrowcast({ messages: [text("narrowcast")] });
  said.profile = (await client.getProfile(user)).displayName;
  said.refused = await client
    .pushMessage({ to: user, messages: [] })
    .catch((error) => ({ status: error.status, body: JSON.parse(error.body) }));
}
console.log(JSON.stringify(said));
