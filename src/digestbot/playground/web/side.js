// The right: the bot's clock, trouble on order, the calls that the bot makes.

import { ask, make, redraw } from "./dom.js";
import { spoken, t } from "./words.js";

const at = (id) => document.getElementById(id);
const MOST = 200;

const moment = (seconds, zone) =>
  new Intl.DateTimeFormat(spoken(), {
    timeZone: zone,
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(seconds * 1000);

export class SidePane {
  constructor(world) {
    this.world = world;
    this.calls = new Map();
    this.isMoving = false;
    for (const button of document.querySelectorAll("[data-seconds]")) {
      button.addEventListener("click", () => this.move({ seconds: Number(button.dataset.seconds) }));
    }
    at("next").addEventListener("click", () => this.move({ next: true }));
    at("faults").addEventListener("change", () => {
      const kind = at("faults").querySelector("[name=fault]:checked")?.value ?? "";
      ask("fault", { kind, once: at("once").checked });
    });
    setInterval(() => this.tick(), 1000);
  }

  forget() {
    this.calls.clear();
    at("calls").replaceChildren();
  }

  // -- the clock --------------------------------------------------------------------------------

  async move(step) {
    if (this.isMoving) return;
    this.isMoving = true;
    this.drawMoves();
    await ask("clock", step);
    this.isMoving = false;
    this.drawMoves();
  }

  drawMoves() {
    const isIdle = !this.world.chats.some((chat) => chat.due);
    for (const button of at("side").querySelectorAll("#moves button, #due button")) {
      button.disabled = this.isMoving || (button.id === "next" && isIdle);
    }
    at("moves").setAttribute("aria-busy", String(this.isMoving));
  }

  tick() {
    const now = this.world.now();
    if (now === null) return;
    at("now").textContent = `${moment(now, "UTC")} UTC`;
    at("now").dateTime = new Date(now * 1000).toISOString();
    const homes = new Map(this.world.chats.flatMap((chat) => chat.people).map((one) => [one.id, one]));
    const lines = [...homes.values()].map((one) => `${one.name}: ${moment(now, one.zone)}`).join("\n");
    if (at("there").textContent !== lines) at("there").textContent = lines;
    for (const place of at("due").querySelectorAll("[data-at]")) place.textContent = this.ahead(Number(place.dataset.at) - now);
  }

  ahead(seconds) {
    const minutes = Math.max(0, Math.ceil(seconds / 60));
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
    const parts = [days && t("days", { count: days }), hours && t("hours", { count: hours })];
    if (!days && (minutes % 60 || !hours)) parts.push(t("minutes", { count: minutes % 60 }));
    return t("in", { time: parts.filter(Boolean).join(" ") });
  }

  drawDue() {
    const due = this.world.chats.filter((chat) => chat.due).sort((a, b) => a.due - b.due);
    const items = due.map((chat) => {
      const go = { type: "button", "aria-label": t("goto", { name: chat.name }), onclick: () => this.move({ next: true, chat: chat.id }) };
      const zone = chat.people[0]?.zone ?? "UTC";
      return make(
        "li",
        {},
        make("span", {}, make("strong", {}, chat.name), " ", moment(chat.due, zone), " ", make("span", { className: "faint", "data-at": chat.due })),
        make("button", go, t("go")),
      );
    });
    redraw(at("due"), items.length ? items : [make("li", { className: "faint" }, t("none"))]);
    this.drawMoves();
    this.tick();
  }

  drawWaiting(count) {
    at("waiting").hidden = !count;
    at("waiting").textContent = t("waiting", { count });
  }

  drawFaults(planned) {
    const kind = planned[0] ?? "";
    for (const radio of at("faults").querySelectorAll("[name=fault]")) radio.checked = radio.value === kind;
  }

  // -- the log ----------------------------------------------------------------------------------

  take(calls) {
    for (const call of calls) {
      const element = this.callElement(call);
      const before = this.calls.get(call.number);
      if (before) before.replaceWith(element);
      else at("calls").prepend(element);
      this.calls.set(call.number, element);
    }
    while (this.calls.size > MOST) {
      const [oldest, element] = this.calls.entries().next().value;
      element.remove();
      this.calls.delete(oldest);
    }
  }

  callElement(call) {
    const status = call.is_open ? t("open") : call.status || t("cut");
    const isBad = !call.is_open && call.status !== 200;
    const name = this.world.chats.find((chat) => chat.id === call.chat)?.name ?? "";
    const told = call.description ?? call.fault;
    return make(
      "li",
      { className: isBad ? "bad" : "" },
      make("span", { className: "method" }, call.method),
      make("span", { className: "faint" }, name),
      make("span", { className: "status" }, String(status)),
      make("span", { className: "faint" }, call.is_open ? "" : `${call.milliseconds} ms`),
      told ? make("span", { className: "told" }, told) : null,
    );
  }
}
