// A text and its entities as elements. Offsets are UTF-16 units, which is how JavaScript counts too.

import { link, make, pressable, startCommand, toast } from "./dom.js";
import { t } from "./words.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", blockquote: "blockquote" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Return a link; one to the bot itself does not leave the page. */
export function outward(url, { bot, begin }, ...children) {
  const element = link(url, ...children);
  const command = startCommand(url, bot);
  if (command) {
    element.addEventListener("click", (event) => {
      event.preventDefault();
      begin(command);
    });
  }
  return element;
}

/** Return the nodes for `text`. Of the seat `say` sends a command that is pressed, `paste` is given what is
 *  copied, and `begin` the command of a link to the `bot` itself. */
export function textNodes(text, entities, seat) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);

  function within(start, end, inside) {
    const nodes = [];
    let at = start;
    while (inside.length) {
      const [entity, ...rest] = inside;
      const from = Math.max(entity.offset, at);
      const to = Math.min(entity.offset + entity.length, end);
      const isIn = (other) => other.offset < to;
      inside = rest.filter((other) => !isIn(other));
      if (from >= to) continue;
      const isBlock = BLOCKS.has(entity.type);
      const before = isBlock && text[from - 1] === "\n" ? from - 1 : from; // a block breaks the line by itself
      if (before > at) nodes.push(document.createTextNode(text.slice(at, before)));
      nodes.push(element(entity, text.slice(from, to), within(from, to, rest.filter(isIn))));
      at = isBlock && text[to] === "\n" ? to + 1 : to;
    }
    if (at < end) nodes.push(document.createTextNode(text.slice(at, end)));
    return nodes;
  }

  function element(entity, words, children) {
    switch (entity.type) {
      case "text_link":
        return outward(entity.url, seat, ...children);
      case "url":
        return outward(words, seat, ...children);
      case "code":
        return pressable(make("code", {}, ...children), () => copy(words), t("copy"));
      case "pre":
        return pressable(make("pre", {}, make("code", {}, ...children)), () => copy(words), t("copy"));
      case "bot_command":
        return make("button", { type: "button", className: "command", onclick: () => seat.say(words) }, ...children);
      case "spoiler":
        return spoiler(children);
      case "expandable_blockquote":
        return expandable(children);
      case "mention":
      case "hashtag":
      case "cashtag":
      case "text_mention":
        return make("span", { className: "mention" }, ...children);
    }
    return make(PLAIN[entity.type] ?? "span", {}, ...children);
  }

  function copy(words) {
    navigator.clipboard?.writeText(words).catch(() => {});
    toast(t("copied"));
    seat.paste(words);
  }

  return within(0, text.length, sorted);
}

function spoiler(children) {
  const words = make("span", { "aria-hidden": "true" }, ...children);
  const cover = make("span", { className: "spoiler" }, words);
  pressable(cover, () => {
    cover.classList.add("shown");
    words.removeAttribute("aria-hidden");
    cover.removeAttribute("aria-label");
  });
  cover.setAttribute("aria-label", t("hidden"));
  return cover;
}

/** A quote of three lines that opens to all of it; where it is no longer, there is nothing to press. */
function expandable(children) {
  const words = make("div", { className: "words" }, ...children);
  const button = make("button", { type: "button", className: "expand", "aria-expanded": "false" }, t("more"));
  const quote = make("blockquote", { className: "expandable" }, words, button);
  button.addEventListener("click", () => {
    const isOpen = quote.classList.toggle("open");
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = t(isOpen ? "less" : "more");
  });
  return quote;
}

/** Take the button from quotes that are short; called once they are on the page. */
export function measureQuotes(place) {
  for (const quote of place.querySelectorAll("blockquote.expandable:not(.open)")) {
    const words = quote.querySelector(".words");
    if (words.clientHeight === 0) continue;
    quote.classList.toggle("short", words.scrollHeight <= words.clientHeight + 1);
  }
}
