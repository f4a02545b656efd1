// Elements without HTML: all text of others becomes text nodes.

/** Return an element; `given` sets properties, "on…" listeners, and attributes with a dash. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Put `children` in place of a parent's; who stood on one of its buttons stands on the same one. */
export function redraw(parent, children) {
  const place = [...parent.querySelectorAll("button")].indexOf(document.activeElement);
  parent.replaceChildren(...children);
  if (place >= 0) parent.querySelectorAll("button")[place]?.focus({ preventScroll: true });
}

/** Return `url` if it is one of the web, else null: no javascript:, no data:. */
export function webAddress(url) {
  try {
    const read = new URL(url.includes("://") ? url : `https://${url}`);
    return ["http:", "https:"].includes(read.protocol) ? read.href : null;
  } catch {
    return null;
  }
}

/** Return what a link hands to the bot ("/start …"), if it is one that opens the bot's own chat. */
export function startCommand(url, bot) {
  const read = new URL(webAddress(url) ?? "https://none.invalid");
  if (read.hostname !== "t.me" || read.pathname !== `/${bot}`) return null;
  const handed = read.searchParams.get("start");
  return handed ? `/start ${handed}` : "/start";
}

export const link = (url, ...children) =>
  make("a", { href: webAddress(url), target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);

/** Make something that is no button act as one, by mouse and by keyboard. */
export function pressable(element, act, label) {
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  if (label) element.title = label;
  const react = (event) => {
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  element.addEventListener("click", react);
  element.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && react(event));
  return element;
}

let fading;

/** Show a short note for a moment. */
export function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => place.classList.remove("shown"), 4000);
}

/** Show a note that has to be closed. */
export function alertBox(text) {
  document.getElementById("alert-text").textContent = text;
  document.getElementById("alert").showModal();
}

/** Send what a button means; return the answer, or null after telling what was wrong. */
export async function ask(name, body) {
  let answer;
  try {
    answer = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return null; // the stream of news tells that the server is gone
  }
  if (answer.ok) return answer.json();
  toast(await answer.text());
  return null;
}
