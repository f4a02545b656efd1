// The page: holds what the server told, and has the panes show it.

import { make, redraw } from "./dom.js";
import { ChatPane } from "./chat.js";
import { SidePane } from "./side.js";
import { speak, spoken, t } from "./words.js";

const at = (id) => document.getElementById(id);

class World {
  constructor() {
    this.bot = { username: "", first_name: "" };
    this.chats = [];
    this.messages = new Map();
    this.waiting = 0;
    this.clock = null;
    this.marks = JSON.parse(sessionStorage.getItem("seen") ?? "{}");
  }

  now() {
    return this.clock && this.clock.now + (performance.now() - this.clock.at) / 1000;
  }

  forget() {
    this.messages.clear();
    this.chats = [];
  }

  messagesOf(chat) {
    return [...(this.messages.get(chat)?.values() ?? [])].sort((a, b) => a.id - b.id);
  }

  keep(message) {
    if (!this.messages.has(message.chat)) this.messages.set(message.chat, new Map());
    this.messages.get(message.chat).set(message.id, message);
  }

  // What was seen is kept by the browser: by chat and topic the newest number.

  seen(chat, thread) {
    const newest = this.messagesOf(chat).filter((one) => (one.thread ?? null) === thread).at(-1);
    this.marks[`${chat}:${thread ?? 0}`] = newest?.id ?? 0;
    sessionStorage.setItem("seen", JSON.stringify(this.marks));
  }

  unread(chat, thread) {
    const isNew = (one) => one.is_bot && (one.thread ?? null) === thread && one.id > (this.marks[`${chat}:${thread ?? 0}`] ?? 0);
    return this.messagesOf(chat).filter(isNew).length;
  }

  unreadOf(chat) {
    return [null, ...chat.threads.map(({ id }) => id)].reduce((sum, thread) => sum + this.unread(chat.id, thread), 0);
  }
}

const world = new World();
const pane = new ChatPane(world);
const side = new SidePane(world);
let isFresh = true;

function show(name) {
  document.body.dataset.pane = name;
  for (const button of document.querySelectorAll(".panes button")) {
    button.setAttribute("aria-current", String(button.dataset.pane === name));
  }
  if (name === "chat" && pane.chat) {
    world.seen(pane.chat.id, pane.thread);
    drawChats();
  }
}

function open(chat) {
  history.replaceState(null, "", `#${chat.id}`);
  pane.open(chat);
  show("chat");
}

function drawChats() {
  const entries = world.chats.map((chat) => {
    const last = world.messagesOf(chat.id).at(-1);
    const unread = world.unreadOf(chat);
    const isOpen = chat.id === pane.chat?.id;
    return make(
      "button",
      { type: "button", className: "entry", "aria-current": String(isOpen), onclick: () => open(chat) },
      make("span", { className: `face ${chat.type}`, "aria-hidden": "true" }, [...chat.name][0]),
      make("span", { className: "name" }, chat.name),
      make("span", { className: "faint last" }, last?.text.split("\n")[0] || t(chat.type)),
      unread ? make("span", { className: "unread", "aria-label": t("unread", { count: unread }) }, String(unread)) : null,
    );
  });
  redraw(at("chats"), entries);
}

function drawWords() {
  document.documentElement.lang = spoken();
  at("language").value = spoken();
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = t(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = t(element.dataset.hint);
}

function take(news) {
  if (isFresh) {
    world.forget();
    side.forget();
  }
  if (news.bot) world.bot = news.bot;
  if (news.now) world.clock = { now: news.now, at: performance.now() };
  news.messages?.forEach((message) => world.keep(message));
  news.removed?.forEach(({ chat, id }) => world.messages.get(chat)?.delete(id));
  if (news.chats) world.chats = news.chats;
  if (isFresh || news.chats) drawChatsAndHead();
  if (!isFresh && news.messages) pane.take(news.messages);
  if (news.removed) pane.remove(news.removed.filter(({ chat }) => chat === pane.chat?.id).map(({ id }) => id));
  news.typing?.filter((chat) => chat === pane.chat?.id && !isFresh).forEach((chat) => pane.isAtWork(chat));
  if (news.messages) drawChats();
  if (news.calls) side.take(news.calls);
  if (news.faults) side.drawFaults(news.faults);
  if ("waiting" in news) side.drawWaiting((world.waiting = news.waiting));
  if (news.chats || news.now) side.drawDue();
  isFresh = false;
}

function drawChatsAndHead() {
  const wanted = Number(location.hash.slice(1)) || pane.chat?.id;
  const chat = world.chats.find(({ id }) => id === wanted) ?? world.chats[0];
  if (isFresh && chat) {
    pane.open(chat);
    if (Number(location.hash.slice(1)) === chat.id) show("chat");
  } else if (chat) {
    pane.chat = world.chats.find(({ id }) => id === pane.chat.id) ?? chat;
    pane.head();
  }
  drawChats();
}

at("language").addEventListener("change", (event) => {
  speak(event.target.value);
  drawWords();
  drawChats();
  if (pane.chat) pane.open(pane.chat);
  side.drawDue();
  side.drawWaiting(world.waiting);
});
for (const button of document.querySelectorAll(".panes button")) {
  button.addEventListener("click", () => show(button.dataset.pane));
}

drawWords();
show("chats");
world.goTo = open;
const news = new EventSource("/api/news");
news.addEventListener("open", () => {
  isFresh = true;
  at("lost").hidden = true;
});
news.addEventListener("error", () => (at("lost").hidden = false));
news.addEventListener("message", (event) => take(JSON.parse(event.data)));
