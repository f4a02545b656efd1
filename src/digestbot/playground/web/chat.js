// The middle: one chat, its messages, and the field to write in.

import { ask, make, redraw } from "./dom.js";
import { dayIn, messageElement } from "./message.js";
import { measureQuotes } from "./text.js";
import { t } from "./words.js";

const at = (id) => document.getElementById(id);
const NEAR = 120;
const INLINE_PAUSE = 300;

export class ChatPane {
  constructor(world) {
    this.world = world;
    this.chat = null;
    this.thread = null;
    this.person = null;
    this.replyTo = null;
    this.typing = new Map();
    this.listen();
  }

  get zone() {
    return this.person?.zone ?? this.chat?.people[0]?.zone ?? "UTC";
  }

  // -- what is shown ----------------------------------------------------------------------------

  open(chat) {
    if (this.chat?.id !== chat.id) {
      this.thread = null;
      this.answer(null);
      at("text").value = "";
    }
    this.chat = chat;
    for (const control of at("composer").elements) control.disabled = false; // there is somebody to write to
    this.person = chat.people.find((one) => one.id === this.person?.id) ?? chat.people[0] ?? null;
    this.head();
    this.draw();
    this.closeMenu();
  }

  /** Draw again what can change without a message: names, keys, who may speak. */
  head() {
    const chat = this.chat;
    at("name").textContent = chat.name;
    const typing = (this.typing.get(chat.id) ?? 0) > Date.now();
    at("doing").textContent = typing ? t("typing") : t(chat.type);
    at("doing").classList.toggle("busy", typing);
    const isShared = chat.type !== "private" && chat.type !== "channel";
    at("speaker-label").hidden = !isShared;
    const told = chat.people.map((one) => one.id).join();
    if (at("speaker").dataset.told !== told) {
      const options = chat.people.map((one) => make("option", { value: one.id }, one.name));
      at("speaker").replaceChildren(...options);
      at("speaker").dataset.told = told;
    }
    if (this.person) at("speaker").value = this.person.id;
    const words = chat.type === "private" ? ["block", "unblock"] : ["expel", "invite"];
    at("out").textContent = t(words[chat.has_bot ? 0 : 1]);
    at("out").hidden = chat.type === "private" && !chat.has_started;
    at("deaf").textContent = t(chat.has_bot ? "deaf" : "blocked");
    at("deaf").hidden = chat.has_bot ? chat.is_heard : chat.type !== "private";
    this.drawThreads();
    this.drawKeys();
  }

  drawThreads() {
    const { chat } = this;
    at("threads").hidden = !chat.is_forum;
    const all = [{ id: null, name: t("general") }, ...chat.threads];
    const tabs = all.map(({ id, name }) => {
      const unread = id === this.thread ? 0 : this.world.unread(chat.id, id);
      const words = unread ? `${name} (${t("unread", { count: unread })})` : name;
      const act = () => ((this.thread = id), this.drawThreads(), this.draw());
      return make("button", { type: "button", "aria-pressed": String(id === this.thread), onclick: act }, words);
    });
    redraw(at("threads"), chat.is_forum ? tabs : []);
  }

  drawKeys() {
    const rows = this.chat.keys.map((row) =>
      make("div", { className: "row" }, ...row.map((key) => make("button", { type: "button", onclick: () => this.key(key) }, key.text))),
    );
    at("keys").hidden = rows.length === 0;
    redraw(at("keys"), rows);
  }

  key({ text, place }) {
    if (place) ask("locate", { chat: this.chat.id, person: this.person?.id });
    else this.say(text);
  }

  isHere(message) {
    return this.chat?.id === message.chat && (!this.chat.is_forum || (message.thread ?? null) === this.thread);
  }

  draw() {
    const here = this.world.messagesOf(this.chat.id).filter((message) => this.isHere(message));
    const elements = [];
    let day = "";
    for (const message of here) {
      const its = dayIn(message.at, this.zone);
      if (its !== day) elements.push(make("p", { className: "date" }, its));
      day = its;
      elements.push(this.element(message));
    }
    this.lastDay = day;
    const log = at("log");
    log.replaceChildren(...(elements.length ? elements : [this.beginning()]));
    measureQuotes(log);
    log.scrollTop = log.scrollHeight;
    this.world.seen(this.chat.id, this.thread);
  }

  element(message) {
    return messageElement(message, {
      chat: this.chat,
      person: this.person,
      zone: this.zone,
      say: (text) => this.say(text),
      paste: (text) => text.startsWith("/") && this.write(text),
      reply: (one) => this.answer(one),
      bot: this.world.bot.username,
      begin: (command) => this.begin(command),
    });
  }

  /** Telegram's first screen: what the bot says of itself, and Start. */
  beginning() {
    if (this.chat.type !== "private") return make("p", { className: "date" }, t(this.chat.type));
    return make(
      "div",
      { className: "beginning" },
      make("strong", {}, t("welcome")),
      make("p", {}, this.chat.about),
      make("button", { type: "button", className: "main", onclick: () => this.say("/start") }, t("start")),
    );
  }

  /** Put new messages at the end and changed ones in their place. */
  take(messages) {
    const log = at("log");
    const isNear = this.distance < NEAR;
    let newest = null;
    for (const message of messages.filter((one) => this.isHere(one))) {
      if (message.is_bot) this.typing.delete(message.chat);
      const before = at(`m${message.id}`);
      const element = this.element(message);
      if (before) {
        element.classList.add("changed");
        const stood = before.contains(document.activeElement);
        before.replaceWith(element);
        if (stood) element.querySelector(".key")?.focus({ preventScroll: true });
        continue;
      }
      log.querySelector(".beginning")?.remove();
      const day = dayIn(message.at, this.zone);
      if (day !== this.lastDay) log.append(make("p", { className: "date" }, day));
      this.lastDay = day;
      log.append(element);
      newest ??= element;
    }
    measureQuotes(log);
    if (isNear && newest) {
      const isTall = log.scrollHeight - newest.offsetTop + log.offsetTop > log.clientHeight;
      log.scrollTop = isTall ? newest.offsetTop - log.offsetTop - 8 : log.scrollHeight;
    } else if (isNear) log.scrollTop = log.scrollHeight;
    this.head();
    this.offerNewest();
    if (document.body.dataset.pane === "chat" || matchMedia("(min-width: 900px)").matches) {
      this.world.seen(this.chat.id, this.thread);
    }
  }

  get distance() {
    return at("log").scrollHeight - at("log").scrollTop - at("log").clientHeight;
  }

  offerNewest() {
    at("newest").hidden = this.distance < NEAR || !at("menu").hidden;
  }

  remove(ids) {
    ids.forEach((id) => at(`m${id}`)?.remove());
  }

  isAtWork(chat) {
    this.typing.set(chat, Date.now() + 5000);
    this.head();
    setTimeout(() => this.head(), 5100);
  }

  // -- what is written --------------------------------------------------------------------------

  listen() {
    at("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.say(at("text").value);
    });
    at("text").addEventListener("keydown", (event) => this.typed(event));
    at("text").addEventListener("input", () => this.offer());
    at("menu-button").addEventListener("click", () => {
      if (!at("menu").hidden) return this.closeMenu();
      this.showMenu("");
      at("menu").querySelector("button")?.focus();
    });
    at("menu").addEventListener("keydown", (event) => this.walk(event));
    at("log").addEventListener("scroll", () => this.offerNewest());
    at("log").addEventListener("load", () => this.offerNewest(), true); // pictures take their place late
    at("newest").addEventListener("click", () => (at("log").scrollTop = at("log").scrollHeight));
    at("speaker").addEventListener("change", (event) => {
      this.person = this.chat.people.find((one) => String(one.id) === event.target.value);
      this.draw();
    });
    at("reply-not").addEventListener("click", () => this.answer(null));
    at("out").addEventListener("click", () => ask("block", { chat: this.chat.id, out: this.chat.has_bot }));
  }

  typed(event) {
    if (event.key === "Escape") this.closeMenu();
    if (event.key === "ArrowUp" && !at("menu").hidden) {
      event.preventDefault();
      [...at("menu").querySelectorAll("button")].at(-1)?.focus();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.say(at("text").value);
    }
  }

  walk(event) {
    const items = [...at("menu").querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.closeMenu();
      at("text").focus();
    } else if (step) {
      event.preventDefault();
      items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
    }
  }

  /** Offer commands after "/", and the bot's results after "@bot ". */
  offer() {
    const text = at("text").value;
    at("text").style.height = "auto";
    at("text").style.height = `${Math.min(at("text").scrollHeight, 160)}px`;
    clearTimeout(this.pause);
    const mention = `@${this.world.bot.username} `;
    if (/^\/\w*$/.test(text)) this.showMenu(text.slice(1).toLowerCase());
    else if (text.startsWith(mention)) this.pause = setTimeout(() => this.inline(text.slice(mention.length)), INLINE_PAUSE);
    else this.closeMenu();
  }

  showMenu(start) {
    const found = this.chat.commands.filter(({ command }) => command.startsWith(start));
    const items = found.map(({ command, description }) => ({ head: `/${command}`, text: description, act: () => this.say(`/${command}`) }));
    const share = { head: t("share"), text: "", act: () => ask("locate", { chat: this.chat.id, person: this.person?.id }) };
    this.show(start || !this.person ? items : [...items, share]);
  }

  async inline(query) {
    if (!this.chat.has_inline) return this.note(t("no-inline"));
    const answer = await ask("inline", { chat: this.chat.id, person: this.person?.id, query });
    if (!answer || !at("text").value.endsWith(query)) return;
    if (!answer.results.length) return this.note(t("nothing"));
    const choose = (index) => {
      ask("choose", { chat: this.chat.id, person: this.person?.id, id: answer.id, index });
      this.write("");
    };
    this.show(answer.results.map(({ title, text }, index) => ({ head: title, text, act: () => choose(index) })));
  }

  note(text) {
    at("menu").replaceChildren(make("p", { className: "note" }, text));
    at("menu").hidden = false;
  }

  show(items) {
    const entries = items.map(({ head, text, act }) =>
      make("button", { type: "button", role: "menuitem", onclick: () => (this.closeMenu(), act()) }, make("strong", {}, head), " ", make("span", {}, text)),
    );
    at("menu").replaceChildren(...entries);
    at("menu").hidden = entries.length === 0;
    at("menu-button").setAttribute("aria-expanded", String(entries.length > 0));
    this.offerNewest();
  }

  closeMenu() {
    at("menu").hidden = true;
    this.offerNewest();
    at("menu-button").setAttribute("aria-expanded", "false");
  }

  write(text) {
    at("text").value = text;
    this.offer();
    at("text").focus();
  }

  answer(message) {
    this.replyTo = message;
    at("reply").hidden = !message;
    if (!message) return;
    at("reply-text").textContent = t("replying", { text: message.text.slice(0, 80) });
    at("text").focus();
  }

  /** Follow a link to the bot, as Telegram does: to the reader's own chat with it. */
  async begin(command) {
    const own = this.world.chats.find((chat) => chat.type === "private" && chat.people[0].id === this.person?.id);
    if (!own) return;
    this.world.goTo(own);
    await this.say(command);
  }

  async say(text) {
    if (!text.trim()) return;
    const { chat, person, thread, replyTo } = this;
    const body = { chat: chat.id, person: person?.id, thread, text, reply_to: replyTo?.id };
    const isSent = await ask("say", body);
    if (!isSent) return; // what was written stays
    if (at("text").value === text) this.write("");
    this.answer(null);
    this.closeMenu();
    at("log").scrollTop = at("log").scrollHeight;
  }
}
