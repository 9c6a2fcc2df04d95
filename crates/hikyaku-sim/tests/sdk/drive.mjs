// Calls a simulator with LINE's official SDK: every call that the simulator serves, each with a check of its answer.
// Prints the names of the SDK's other calls, as JSON. Fails on the first that does not do what LINE's does.
import assert from "node:assert/strict";
import { randomUUID, createHash, createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { LineBotClient, channelAccessToken, validateSignature } from "@line/bot-sdk";

const sim = JSON.parse(process.env.SIM);
const connect = (token) =>
  LineBotClient.fromChannelAccessToken({
    channelAccessToken: token,
    apiBaseURL: sim.apiUrl,
    dataApiBaseURL: sim.dataUrl,
    managerBaseURL: sim.apiUrl,
  });
const tokens = new channelAccessToken.ChannelAccessTokenClient({ baseURL: sim.apiUrl });
const client = connect(sim.token);

const driven = new Set();
// Calls a method of the SDK, by name, and remembers that it succeeded.
const call = async (name, ...args) => {
  const of = name in client ? client : tokens;
  const answer = await of[name](...args).catch((error) => {
    throw new Error(`${name}: ${error.message} ${error.body ?? ""}`);
  });
  driven.add(name);
  return answer;
};
const control = async (method, path, body) => {
  const response = await fetch(`${sim.apiUrl}/_sim/v1${path}`, {
    method,
    body: body && JSON.stringify(body),
  });
  assert(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? undefined : response.json();
};
const bytesOf = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};
const text = (text) => ({ type: "text", text });
const hello = { messages: [text("hello")] };
const [hana, mei] = sim.friends;
const day = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10).replaceAll("-", "");

// A bot that the simulator's webhooks reach.
const events = [];
let arrived = () => {};
const server = createServer(async (request, response) => {
  const body = await bytesOf(request);
  assert(validateSignature(body, sim.secret, request.headers["x-line-signature"]));
  events.push(...JSON.parse(body).events);
  response.end();
  arrived();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const webhook = `http://127.0.0.1:${server.address().port}/callback`;
const event = async () => {
  while (events.length === 0) await new Promise((next) => (arrived = next));
  return events.shift();
};

// Webhooks and replies.
await call("setWebhookEndpoint", { endpoint: webhook });
assert.equal((await call("getWebhookEndpoint")).endpoint, webhook);
assert.equal((await call("testWebhookEndpoint", {})).success, true);
await control("POST", `/chats/${hana}/messages`, { text: "hi" });
const message = await event();
assert.equal(message.message.text, "hi");
await call("showLoadingAnimation", { chatId: hana, loadingSeconds: 5 });
const replied = await call("replyMessage", { replyToken: message.replyToken, ...hello });
assert.equal(replied.sentMessages.length, 1);
await call("markMessagesAsReadByToken", { markAsReadToken: message.message.markAsReadToken });
await call("markMessagesAsRead", { chat: { userId: hana } });

// Sends.
const flex = {
  type: "flex",
  altText: "a",
  contents: { type: "bubble", body: { type: "box", layout: "vertical", contents: [text("b")] } },
};
const pushed = await call(
  "pushMessage",
  { to: hana, messages: [flex], customAggregationUnits: ["unit"] },
  randomUUID(),
);
assert.match(pushed.sentMessages[0].id, /^\d+$/);
await call("multicast", { to: [hana, mei], ...hello }, randomUUID());
await call("broadcast", hello, randomUUID());
const phone = createHash("sha256").update(sim.phone).digest("hex");
await call("pushMessagesByPhone", { to: phone, ...hello });
assert.equal((await event()).delivery.data, phone);
await call("narrowcast", hello, randomUUID());
const { httpResponse } = await client.narrowcastWithHttpInfo(hello, randomUUID());
const progress = await call("getNarrowcastProgress", httpResponse.headers.get("x-line-request-id"));
assert(["waiting", "sending", "succeeded"].includes(progress.phase), progress.phase);
for (const kind of ["Reply", "Push", "Multicast", "Broadcast", "Narrowcast"]) {
  await call(`validate${kind}`, hello);
}

// Numbers.
await call("getMessageQuota");
assert((await call("getMessageQuotaConsumption")).totalUsage > 0);
for (const kind of ["Reply", "Push", "Multicast", "Broadcast"]) {
  await call(`getNumberOfSent${kind}Messages`, day);
}
await call("getPNPMessageStatistics", day);
assert.equal((await call("getAggregationUnitUsage")).numOfCustomAggregationUnits, 1);
assert.deepEqual((await call("getAggregationUnitNameList")).customAggregationUnits, ["unit"]);

// People.
assert.match((await call("getBotInfo")).userId, /^U/);
assert.equal((await call("getProfile", hana)).displayName, "Hana");
assert.deepEqual((await call("getFollowers")).userIds, [hana, mei]);
for (const [kind, id] of [["Group", sim.group], ["Room", sim.room]]) {
  assert.equal((await call(`get${kind}MemberCount`, id)).count, 2);
  assert.deepEqual((await call(`get${kind}MembersIds`, id)).memberIds, [hana, mei]);
  assert.equal((await call(`get${kind}MemberProfile`, id, hana)).displayName, "Hana");
}
assert.equal((await call("getGroupSummary", sim.group)).groupId, sim.group);
await call("leaveGroup", sim.group);
await call("leaveRoom", sim.room);
assert.deepEqual([(await event()).type, (await event()).type], ["leave", "leave"]);
const { linkToken } = await call("issueLinkToken", hana);
await control("POST", "/account-links", { linkToken, nonce: "nonce" });
assert.deepEqual((await event()).link, { result: "ok", nonce: "nonce" });

// Contents.
const video = Buffer.from([0, 255, 1, 254]);
const content = { message: { type: "video", duration: 1 }, content: video.toString("base64") };
const { messageId } = await control("POST", `/chats/${hana}/messages`, content);
assert.equal((await event()).message.id, messageId);
const { status } = await call("getMessageContentTranscodingByMessageId", messageId);
assert.equal(status, "succeeded");
assert.deepEqual(await bytesOf(await call("getMessageContent", messageId)), video);
assert((await bytesOf(await call("getMessageContentPreview", messageId))).length > 0);

// Rich menus.
const menu = {
  size: { width: 2500, height: 843 },
  selected: false,
  name: "shop",
  chatBarText: "Menu",
  areas: [
    {
      bounds: { x: 0, y: 0, width: 2500, height: 843 },
      action: { type: "message", label: "Buy", text: "buy" },
    },
  ],
};
const png = Buffer.concat([
  Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"),
  Buffer.from([0, 0, 9, 196, 0, 0, 3, 75, 8, 6, 0, 0, 0]),
]);
await call("validateRichMenuObject", menu);
const { richMenuId } = await call("createRichMenu", menu);
await call("setRichMenuImage", richMenuId, new Blob([png], { type: "image/png" }));
assert.deepEqual(await bytesOf(await call("getRichMenuImage", richMenuId)), png);
assert.equal((await call("getRichMenu", richMenuId)).name, "shop");
assert.equal((await call("getRichMenuList")).richmenus.length, 1);
await call("setDefaultRichMenu", richMenuId);
assert.equal((await call("getDefaultRichMenuId")).richMenuId, richMenuId);
await call("cancelDefaultRichMenu");
await call("linkRichMenuIdToUser", hana, richMenuId);
assert.equal((await call("getRichMenuIdOfUser", hana)).richMenuId, richMenuId);
await call("unlinkRichMenuIdFromUser", hana);
await call("linkRichMenuIdToUsers", { richMenuId, userIds: [hana, mei] });
await call("unlinkRichMenuIdFromUsers", { userIds: [hana] });
await call("createRichMenuAlias", { richMenuAliasId: "alias", richMenuId });
await call("updateRichMenuAlias", "alias", { richMenuId });
assert.equal((await call("getRichMenuAlias", "alias")).richMenuId, richMenuId);
assert.equal((await call("getRichMenuAliasList")).aliases.length, 1);
await call("deleteRichMenuAlias", "alias");
const batch = { operations: [{ type: "unlink", from: richMenuId }] };
await call("validateRichMenuBatchRequest", batch);
await call("richMenuBatch", batch);
const unlinking = await client.richMenuBatchWithHttpInfo(batch);
const batchId = unlinking.httpResponse.headers.get("x-line-request-id");
assert.equal((await call("getRichMenuBatchProgress", batchId)).phase, "succeeded");
await call("deleteRichMenu", richMenuId);

// Audiences and coupons.
const audiences = [{ id: hana }];
const { audienceGroupId } = await call("createAudienceGroup", { description: "a", audiences });
await call("addAudienceToAudienceGroup", { audienceGroupId, audiences: [{ id: mei }] });
await call("updateAudienceGroupDescription", audienceGroupId, { description: "b" });
assert.equal((await call("getAudienceData", audienceGroupId)).audienceGroup.audienceCount, 2);
assert.equal((await call("getAudienceGroups", 1)).audienceGroups[0].description, "b");
await call("deleteAudienceGroup", audienceGroupId);
const file = new Blob([`${hana}\n${mei}\n`], { type: "text/plain" });
const uploaded = await call("createAudienceForUploadingUserIds", file, "file");
await call("addUserIdsToAudience", file, uploaded.audienceGroupId);
const requestId = (await client.broadcastWithHttpInfo(hello)).httpResponse.headers.get(
  "x-line-request-id",
);
await call("createClickBasedAudienceGroup", { description: "clicked", requestId });
await call("createImpBasedAudienceGroup", { description: "seen", requestId });
const shared = await control("POST", "/audiences/shared", { owner: "a", audience: {} });
assert.equal((await call("getSharedAudienceGroups", 1)).totalCount, 1);
assert.equal((await call("getSharedAudienceData", shared.audienceGroupId)).owner.name, "a");

// Statistics.
assert.equal((await call("getNumberOfMessageDeliveries", day)).status, "unready");
assert.equal((await call("getNumberOfFollowers", day)).status, "unready");
assert.equal((await call("getFriendsDemographics")).available, false);
assert.equal((await call("getMessageEvent", requestId)).overview.delivered, 2);
assert.deepEqual((await call("getStatisticsPerUnit", "unit", day, day)).messages, []);
const now = Math.floor(Date.now() / 1000);
const { couponId } = await call("createCoupon", {
  title: "a",
  acquisitionCondition: { type: "normal" },
  maxUseCountPerTicket: 1,
  startTimestamp: now,
  endTimestamp: now + 3600,
  timezone: "ASIA_TOKYO",
  visibility: "UNLISTED",
  reward: { type: "others" },
});
assert.equal((await call("getCouponDetail", couponId)).status, "RUNNING");
assert.equal((await call("listCoupon", ["RUNNING"])).items.length, 1);
await call("closeCoupon", couponId);

// Tokens: each is used before it is ended.
const credentials = [sim.channelId, sim.secret];
const short = await call("issueChannelToken", "client_credentials", ...credentials);
await connect(short.access_token).getBotInfo();
assert.equal((await call("verifyChannelToken", short.access_token)).client_id, sim.channelId);
await call("revokeChannelToken", short.access_token);
await assert.rejects(connect(short.access_token).getBotInfo(), { status: 401 });
const stateless = await call("issueStatelessChannelTokenByClientSecret", ...credentials);
await connect(stateless.access_token).getBotInfo();
await call("verifyChannelTokenByJWT", stateless.access_token);
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...pair.publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig" };
const { keyId } = await control("POST", `/channels/${sim.channelId}/keys`, jwk);
const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
const assertion = () => {
  const claims = {
    iss: sim.channelId,
    sub: sim.channelId,
    aud: "https://api.line.me/",
    exp: Math.floor(Date.now() / 1000) + 600,
    token_exp: 3600,
  };
  const text = `${encode({ alg: "RS256", typ: "JWT", kid: keyId })}.${encode(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(pair.privateKey, "base64url")}`;
};
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const signed = await call(
  "issueChannelTokenByJWT",
  "client_credentials",
  assertionType,
  assertion(),
);
await connect(signed.access_token).getBotInfo();
const { kids } = await call("getsAllValidChannelAccessTokenKeyIds", assertionType, assertion());
assert.deepEqual(kids, [signed.key_id]);
await call("revokeChannelTokenByJWT", ...credentials, signed.access_token);
await assert.rejects(connect(signed.access_token).getBotInfo(), { status: 401 });
const other = await call("issueStatelessChannelTokenByJWTAssertion", assertion());
await connect(other.access_token).getBotInfo();

// Memberships and mission stickers.
const { membershipId } = await control("POST", "/memberships", { title: "Gold" });
await control("PUT", `/memberships/${membershipId}/members/${hana}`);
assert.equal((await event()).membership.type, "joined");
assert.equal((await call("getMembershipList")).memberships[0].memberCount, 1);
const { subscriptions } = await call("getMembershipSubscription", hana);
assert.equal(subscriptions[0].membership.title, "Gold");
assert.deepEqual((await call("getJoinedMembershipUsers", membershipId)).userIds, [hana]);
await control("PUT", "/mission-stickers/1", { state: "available" });
await call("missionStickerV3", {
  to: hana,
  productType: "STICKER",
  productId: "1",
  sendPresentMessage: false,
});

// LIFF apps, by a token of the LINE Login channel.
const loginToken = await tokens.issueStatelessChannelTokenByClientSecret(
  "sim-login-1",
  "sim-login-secret-1",
);
const as = async (of, name, ...args) => {
  const answer = await of[name](...args).catch((error) => {
    throw new Error(`${name}: ${error.message} ${error.body ?? ""}`);
  });
  driven.add(name);
  return answer;
};
const liff = connect(loginToken.access_token);
const view = { type: "full", url: "https://example.com/" };
const { liffId } = await as(liff, "addLIFFApp", { view });
await as(liff, "updateLIFFApp", liffId, { description: "new" });
assert.equal((await as(liff, "getAllLIFFApps")).apps[0].description, "new");
await as(liff, "deleteLIFFApp", liffId);

// Modules.
const made = await control("POST", "/modules");
const module = connect(made.channelAccessToken);
const redirectUri = "https://example.com/";
const agreed = await control("POST", `/modules/${made.channelId}/codes`, {
  redirectUri,
  scopes: ["message:send"],
});
const attached = await as(
  module,
  "attachModule",
  "authorization_code",
  agreed.code,
  redirectUri,
  undefined,
  made.channelId,
  made.channelSecret,
);
const botId = (await client.getBotInfo()).userId;
// The SDK writes its answers in camel case.
assert.equal(attached.botId ?? attached.bot_id, botId);
assert.equal((await as(module, "getModules")).bots[0].userId, botId);
await as(module, "acquireChatControl", hana, { expired: true, ttl: 60 });
await as(module, "releaseChatControl", hana);
await as(module, "detachModule", { botId });

server.close();
// A webhook that is still on its way would keep this program waiting.
server.closeAllConnections();
const methods = [LineBotClient, channelAccessToken.ChannelAccessTokenClient].flatMap((of) => [
  ...Object.getOwnPropertyNames(of.prototype),
  ...Object.getOwnPropertyNames(Object.getPrototypeOf(of.prototype)),
]);
const calls = methods.filter(
  (name) => !name.endsWith("WithHttpInfo") && !(name in Object.prototype),
);
const others = calls.filter((name) => !driven.has(name));
console.log(JSON.stringify(others.sort()));
