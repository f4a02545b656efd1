// One message as an element.

import { alertBox, ask, link, make, toast, webAddress } from "./dom.js";
import { outward, textNodes } from "./text.js";
import { spoken, t } from "./words.js";

const PICTURES = "https://cdn-thumbnails.huggingface.co/";

/** Return the time of day, or the day, of a moment in a zone. */
export const timeIn = (seconds, zone) =>
  new Intl.DateTimeFormat(spoken(), { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false }).format(
    seconds * 1000,
  );

export const dayIn = (seconds, zone) =>
  new Intl.DateTimeFormat(spoken(), { timeZone: zone, weekday: "short", month: "short", day: "numeric" }).format(
    seconds * 1000,
  );

/** Return the element of `message`. `seat` tells who looks on, from where, and what they can do. */
export function messageElement(message, seat) {
  const service = serviceText(message);
  if (service) return make("div", { className: "service", id: `m${message.id}` }, service);
  const isMine = message.from?.id === seat.person?.id;
  const bubble = make("div", { className: "bubble" }, ...parts(message, seat, isMine));
  const who = message.from?.name ?? seat.chat.name;
  return make(
    "article",
    { className: `message ${isMine ? "mine" : ""}`, id: `m${message.id}`, "aria-label": who },
    bubble,
    message.buttons.length ? buttons(message, seat) : null,
  );
}

function parts(message, seat, isMine) {
  const text = message.text && make("div", { className: "text", dir: "auto" }, ...textNodes(message.text, message.entities, seat));
  const shown = preview(message, seat);
  const isAbove = message.preview?.is_above;
  return [
    seat.chat.type !== "private" && !isMine ? make("p", { className: "sender" }, message.from?.name ?? seat.chat.name) : null,
    message.via ? make("p", { className: "sender" }, t("via", { name: message.via })) : null,
    message.reply_to ? make("p", { className: "quoted" }, message.reply_to.text.split("\n")[0] || `#${message.reply_to.id}`) : null,
    isAbove ? shown : null,
    photo(message.photo),
    paper(message.document),
    text || null,
    message.extra.location ? make("div", { className: "text" }, place(message.extra.location)) : null,
    isAbove ? null : shown,
    foot(message, seat),
  ].filter(Boolean);
}

function foot(message, seat) {
  const marks = [message.is_silent && t("silent"), message.is_edited && t("edited"), timeIn(message.at, seat.zone)];
  return make(
    "p",
    { className: "foot" },
    make("button", { type: "button", className: "answer", onclick: () => seat.reply(message) }, t("reply")),
    make("time", {}, marks.filter(Boolean).join(" · ")),
  );
}

/** What Telegram shows of the link: the picture where it can be had, else whose page it is. */
function preview(message, seat) {
  const url = message.preview && webAddress(message.preview.url);
  if (!url) return null;
  const host = make("span", { className: "host" }, new URL(url).hostname);
  const card = outward(url, seat, host);
  card.className = "preview";
  if (url.startsWith(PICTURES)) {
    const picture = make("img", { src: url, alt: t("picture"), loading: "lazy", width: 1200, height: 648 });
    picture.addEventListener("error", () => card.remove());
    card.replaceChildren(picture);
  }
  return card;
}

function photo(file) {
  if (!file) return null;
  if (file.url) return link(file.url, file.name);
  return make("img", { className: "photo", src: `/files/${encodeURIComponent(file.id)}`, alt: t("photo") });
}

function paper(file) {
  if (!file) return null;
  if (file.url) return link(file.url, file.name);
  const href = `/files/${encodeURIComponent(file.id)}`;
  const words = [make("strong", {}, file.name), make("span", {}, `${Math.max(1, Math.round(file.size / 1024))} kB`)];
  return make("a", { className: "document", href, download: file.name, "aria-label": t("save", { name: file.name }) }, ...words);
}

function buttons(message, seat) {
  const rows = message.buttons.map((row, r) =>
    make("div", { className: "row" }, ...row.map((button, c) => keyOf(button, seat, () => press(message, seat, r, c)))),
  );
  return make("div", { className: "buttons" }, ...rows);
}

function keyOf(button, seat, act) {
  if (button.kind === "url") {
    const key = outward(button.value, seat, button.text);
    key.className = "key";
    return key;
  }
  const acts = {
    press: act,
    copy: async () => {
      await navigator.clipboard?.writeText(button.value).catch(() => {});
      toast(t("copied"));
    },
    other: () => toast(t("inert")),
  };
  const key = make("button", { type: "button", className: "key" }, button.text);
  key.addEventListener("click", async () => {
    key.setAttribute("aria-busy", "true");
    await acts[button.kind]();
    key.removeAttribute("aria-busy");
  });
  return key;
}

async function press(message, seat, row, column) {
  const body = { chat: message.chat, message: message.id, row, column, person: seat.person?.id };
  const answer = await ask("tap", body);
  if (answer?.is_late) toast(t("late"));
  else if (answer?.is_alert) alertBox(answer.text);
  else if (answer?.text) toast(answer.text);
  if (answer?.url && webAddress(answer.url)) window.open(webAddress(answer.url), "_blank", "noopener");
}

const names = (people) => people.map((person) => person.first_name).join(", ");
const place = (at) => t("place", { name: `${at.latitude.toFixed(2)}, ${at.longitude.toFixed(2)}` });

function serviceText({ text, extra }) {
  if (text || extra.location) return null;
  if (extra.new_chat_members) return t("joined", { name: names(extra.new_chat_members) });
  if (extra.left_chat_member) return t("left", { name: names([extra.left_chat_member]) });
  if (extra.forum_topic_created) return t("topic", { name: extra.forum_topic_created.name });
  return Object.keys(extra).join(", ").replaceAll("_", " ") || null;
}
