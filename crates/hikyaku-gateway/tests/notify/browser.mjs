// A Chromium that is told what to do by a pipe.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Browser {
  static async start(program) {
    const browser = new Browser();
    browser.folder = await mkdtemp(join(tmpdir(), "hikyaku-gateway-"));
    const words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
    words.push("--lang=en", "--remote-debugging-pipe", `--user-data-dir=${browser.folder}`, "about:blank");
    browser.child = spawn(program, words, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    browser.waiting = new Map();
    browser.last = 0;
    let rest = "";
    browser.child.stdio[4].setEncoding("utf8").on("data", (data) => {
      const messages = (rest + data).split("\0");
      rest = messages.pop();
      for (const message of messages.map((it) => JSON.parse(it))) {
        browser.waiting.get(message.id)?.(message);
        browser.waiting.delete(message.id);
      }
    });
    for (;;) {
      const { targetInfos } = await browser.send("Target.getTargets");
      const page = targetInfos.find((it) => it.type === "page");
      if (!page) continue;
      const attached = await browser.send("Target.attachToTarget", { targetId: page.targetId, flatten: true });
      browser.sessionId = attached.sessionId;
      return browser;
    }
  }

  async send(method, params = {}) {
    const id = (this.last += 1);
    const { sessionId } = this;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  // What an expression is once it is something, while pages come and go.
  async value(expression) {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      const params = { expression, returnByValue: true };
      const answer = await this.send("Runtime.evaluate", params).catch(() => undefined);
      if (answer?.result?.value) return answer.result.value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const page = await this.send("Runtime.evaluate", { expression: "document.documentElement.outerHTML" });
    throw new Error(`in vain: ${expression}: ${page.result.value}`);
  }

  async stop() {
    const exited = once(this.child, "exit");
    this.child.kill();
    await exited;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
